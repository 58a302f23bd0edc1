# What all students share: two views of every image, the losses on the sensor's grid. A model config
# adds student.backbone and student.decode_head.in_channels.
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
    # pairs of levels for distillation, which the paper's configs switch on
    affinity_levels=((1, 0), (2, 1), (3, 2)),
    loss_lr=depth_loss,
    two_views=dict(cell=4),
)
del depth_loss
