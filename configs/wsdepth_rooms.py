# The embedded default: the recipe on rendered rooms, minutes on two CPU cores.
_base_ = [
    './_base_/models/wsdepth_efficientnet-lite0.py',
    './_base_/datasets/rooms.py',
    './_base_/schedules/adamw_cpu.py',
    './_base_/default_runtime.py',
]
default_hooks = dict(
    logger=dict(interval=20), checkpoint=dict(interval=200), visualization=dict(max_images=6)
)
max_iters = 3000
train_dataloader = dict(batch_size=16)
train_cfg = dict(max_iters=max_iters, val_interval=max_iters)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=50, by_epoch=False),
    dict(type='CosineAnnealingLR', eta_min_ratio=0.01, begin=50, end=max_iters, by_epoch=False),
]
