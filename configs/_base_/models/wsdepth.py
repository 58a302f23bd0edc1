# What all students share: the losses, the teacher and its distillation. A model config adds
# student.backbone and student.decode_head.in_channels.
silog = dict(type='mmwsdepth.SILogLoss')
model = dict(
    type='mmwsdepth.WSDepthEstimator',
    data_preprocessor=dict(
        type='mmwsdepth.DepthDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True,
    ),
    student=dict(
        type='mmseg.DepthEstimator',
        decode_head=dict(type='mmwsdepth.DepthHead', channels=128, min_depth=0.1, max_depth=10.0),
        test_cfg=dict(mode='whole'),
    ),
    teacher=dict(type='mmwsdepth.DepthReconstruction'),
    loss_hr=dict(loss_weight=1.0, **silog),
    loss_lr=dict(loss_weight=0.3, **silog),
    loss_consistency=dict(type='mmwsdepth.ResolutionConsistencyLoss', loss_weight=0.1),
    loss_affinity=dict(type='mmwsdepth.AffinityLoss', loss_weight=0.1),
    running_stats='hr',
)
custom_hooks = [dict(type='mmwsdepth.AffinityDistillationHook', begin=0, warmup=500)]
del silog
