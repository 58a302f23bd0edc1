# The whole method on a folder of your own sensor's data: Record3D, Stray Scanner, RealSense or any
# other that tools/prepare.py writes. Copy this file and set these, or give tools/train.py and
# tools/test.py --data-root.
_base_ = [
    './_base_/models/wsdepth_r50.py',
    './_base_/datasets/rgbd_folder.py',
    './_base_/schedules/adamw_40k.py',
    './_base_/default_runtime.py',
]
data_root = 'data/rgbd'
depth_scale = 0.001  # meters per unit of the depth files
depth_range = (0.1, 10.0)  # meters; what lies outside counts as missing
ratio = 7.5  # pixels of the color camera to one of the sensor, a side; 7.5 is a phone's lidar

dataset = dict(data_root=data_root, depth_scale=depth_scale, depth_range=depth_range)
train_dataloader = dict(dataset=dataset)
val_dataloader = dict(dataset=dataset)
test_dataloader = val_dataloader
nearest, farthest = depth_range
lr_scale = max(1 / ratio, 128 / 960)  # of the LR copy in training: min_lr_side of the crop's side
val_evaluator = dict(min_depth=nearest, max_depth=farthest)
test_evaluator = val_evaluator
model = dict(
    student=dict(decode_head=dict(min_depth=nearest, max_depth=farthest)),
    test_cfg=dict(scales=(lr_scale, 1) if lr_scale < 1 else (1,)),
)
