# The method of Xu et al. 2021 (arXiv 2109.11573): one student, two resolutions, four losses, a
# teacher. A model config adds student.backbone and student.decode_head.in_channels.
depth_loss = dict(
    type='mmwsdepth.SumLoss',
    losses=[
        dict(type='mmwsdepth.SILogLoss'),
        dict(type='mmwsdepth.GradientMatchingLoss', loss_weight=0.5),
    ],
)
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
        decode_head=dict(
            type='mmwsdepth.DepthHead',
            channels=(16, 64, 128, 128, 128),
            finest_stride=1,
            min_depth=0.1,
            max_depth=10.0,
        ),
        test_cfg=dict(mode='whole'),
    ),
    min_lr_side=128,
    loss_lr=depth_loss,
    loss_hr=depth_loss,
    loss_consistency=dict(type='mmwsdepth.ResolutionConsistencyLoss', loss_weight=0.1),
    teacher=dict(type='mmwsdepth.DepthReconstruction', channels=(16, 32, 48)),
    loss_affinity=dict(type='mmwsdepth.AffinityLoss', loss_weight=0.1),
)
del depth_loss
