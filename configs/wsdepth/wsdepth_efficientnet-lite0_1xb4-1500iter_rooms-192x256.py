# The embedded default: the recipe on rendered rooms, minutes on two CPU cores. The sensor's 48x64
# would be too small a view, see docs/results.md, so the LR view is 96x128; for finer edges the
# image is seen enlarged too.
_base_ = [
    '../_base_/models/wsdepth_efficientnet-lite0.py',
    '../_base_/models/turns.py',
    '../_base_/datasets/rooms.py',
    '../_base_/schedules/adamw_cpu.py',
    '../_base_/default_runtime.py',
]
default_hooks = dict(
    logger=dict(interval=20), checkpoint=dict(interval=200), visualization=dict(max_images=6)
)
custom_hooks = [dict(type='mmwsdepth.LossTurnsHook')]
model = dict(_base_.pop('turns'), loss_hr=_base_.model.loss_lr)
model['two_views'] = dict(model['two_views'], zoom=2)
