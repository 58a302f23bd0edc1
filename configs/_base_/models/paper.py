# What the method of Xu et al. 2021 (arXiv 2109.11573) changes in a model of ours: two whole views
# of shared weights, consistency, a teacher. A config takes it by `model = _base_.pop('paper')`.
silog = dict(type='mmwsdepth.SILogLoss')
paper = dict(
    teacher=dict(type='mmwsdepth.DepthReconstruction', channels=(8, 16, 24, 32)),
    loss_hr=silog,
    loss_lr=dict(_delete_=True, loss_weight=0.3, **silog),
    loss_consistency=dict(type='mmwsdepth.ResolutionConsistencyLoss', loss_weight=0.1),
    loss_affinity=dict(type='mmwsdepth.AffinityLoss', loss_weight=0.1),
    two_views=None,
    running_stats='hr',
)
del silog
