# The embedded default: the whole method on rendered rooms, minutes on two CPU cores. The sensor's
# 48x64 would be too small a copy for the student, so the LR image is 96x128.
_base_ = [
    '../_base_/models/wsdepth_efficientnet-lite0.py',
    '../_base_/datasets/rooms.py',
    '../_base_/schedules/adamw_cpu.py',
    '../_base_/default_runtime.py',
]
default_hooks = dict(
    logger=dict(interval=20), checkpoint=dict(interval=200), visualization=dict(max_images=6)
)
model = dict(min_lr_side=96, test_cfg=dict(scales=(0.5, 1, 2)))
