# A phone's lidar, 192x256 depth beside 1440x1920 color (ratio 7.5), on two CPU cores: the whole
# method on crops of 96x96 lidar pixels.
_base_ = [
    '../_base_/models/wsdepth_efficientnet-lite0.py',
    '../_base_/datasets/rgbd_folder.py',
    '../_base_/schedules/adamw_cpu.py',
    '../_base_/default_runtime.py',
]
pipeline = [
    *_base_.load,
    dict(type='mmwsdepth.RandomFlipRGBD', prob=0.5),
    dict(type='mmwsdepth.RandomCropRGBD', crop_size=(720, 720)),
    dict(type='mmwsdepth.PackRGBDInputs'),
]
train_dataloader = dict(
    batch_size=2,
    num_workers=1,
    dataset=dict(data_root='data/iphone', pipeline=pipeline),
)
val_dataloader = dict(num_workers=1, dataset=dict(data_root='data/iphone'))
test_dataloader = val_dataloader
protocol = dict(min_depth=0.1, max_depth=10.0, prefix='model')
val_evaluator = [
    dict(type='mmwsdepth.DepthMetric', **protocol),
    dict(type='mmwsdepth.FlatnessMetric', **protocol),
]
test_evaluator = val_evaluator
del protocol
default_hooks = dict(logger=dict(interval=10), checkpoint=dict(interval=100))
optim_wrapper = dict(optimizer=dict(lr=5e-4))
model = dict(test_cfg=dict(scales=(2 / 15, 1)))
max_iters = 400
train_cfg = dict(max_iters=max_iters, val_interval=max_iters)
warmup, cosine = _base_.param_scheduler
param_scheduler = [warmup, dict(cosine, end=max_iters)]
del warmup, cosine
