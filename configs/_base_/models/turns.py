# What training the LR view and the HR image in turns changes in a model of ours: both know metres,
# so an estimate is halfway between them. A config takes it by
# `model = dict(_base_.pop('turns'), loss_hr=_base_.model.loss_lr)` and has the `LossTurnsHook`.
turns = dict(running_stats='separate', two_views=dict(ratio=2, cell=8, share=0.5))
