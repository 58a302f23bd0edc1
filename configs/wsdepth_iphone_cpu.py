# A phone's lidar, 192x256 depth beside 1440x1920 colour (ratio 7.5), on two CPU cores: crops of
# 480x630 colour pixels, which are 64x84 depth pixels.
_base_ = [
    './_base_/models/wsdepth_efficientnet-lite0.py',
    './_base_/datasets/rgbd_folder.py',
    './_base_/schedules/adamw_cpu.py',
    './_base_/default_runtime.py',
]
train_dataloader = dict(
    batch_size=2,
    num_workers=1,
    dataset=dict(
        data_root='data/iphone', data_prefix=dict(img_path='images', depth_map_path='annotations')
    ),
)
val_dataloader = dict(
    num_workers=1,
    dataset=dict(
        data_root='data/iphone', data_prefix=dict(img_path='images', depth_map_path='annotations')
    ),
)
test_dataloader = val_dataloader
default_hooks = dict(logger=dict(interval=10), checkpoint=dict(interval=100))
