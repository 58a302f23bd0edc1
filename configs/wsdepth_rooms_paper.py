# The method as Xu et al. 2021 state it: two whole views of shared weights, consistency, a teacher.
_base_ = './wsdepth_rooms.py'
silog = dict(type='mmwsdepth.SILogLoss')
model = dict(
    teacher=dict(type='mmwsdepth.DepthReconstruction', channels=(16, 32, 48, 64)),
    loss_hr=silog,
    loss_lr=dict(_delete_=True, loss_weight=0.3, **silog),
    loss_consistency=dict(type='mmwsdepth.ResolutionConsistencyLoss', loss_weight=0.1),
    loss_affinity=dict(type='mmwsdepth.AffinityLoss', loss_weight=0.1),
    two_views=None,
)
custom_hooks = [dict(type='mmwsdepth.AffinityDistillationHook', begin=0, warmup=150)]
train_dataloader = dict(batch_size=4)
max_iters = 700
train_cfg = dict(max_iters=max_iters, val_interval=max_iters)
param_scheduler = [
    _base_.param_scheduler[0],
    dict(type='CosineAnnealingLR', eta_min_ratio=0.01, begin=50, end=max_iters, by_epoch=False),
]
del silog
