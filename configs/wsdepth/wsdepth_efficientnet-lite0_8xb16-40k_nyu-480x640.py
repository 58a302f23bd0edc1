# The recipe on NYU Depth v2 with EfficientNet-Lite0.
_base_ = [
    '../_base_/models/wsdepth_efficientnet-lite0.py',
    '../_base_/models/turns.py',
    '../_base_/datasets/nyu.py',
    '../_base_/schedules/adamw_40k.py',
    '../_base_/default_runtime.py',
]
custom_hooks = [dict(type='mmwsdepth.LossTurnsHook')]
model = dict(_base_.pop('turns'), loss_hr=_base_.model.loss_lr)
train_dataloader = dict(batch_size=16, num_workers=8)
