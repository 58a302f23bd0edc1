_base_ = './wsdepth.py'
norm = dict(type='BN', momentum=0.03)
model = dict(
    data_preprocessor=dict(mean=[127.0, 127.0, 127.0], std=[128.0, 128.0, 128.0]),
    student=dict(
        backbone=dict(
            type='mmwsdepth.WithFullResolution',
            channels=16,
            norm_cfg=norm,
            backbone=dict(
                type='mmwsdepth.EfficientNetLite', out_indices=(0, 1, 2, 3), pretrained=True
            ),
        ),
        decode_head=dict(
            in_channels=[16, 16, 24, 40, 112],
            channels=(16, 32, 64, 64, 64),
            norm_cfg=norm,
        ),
    ),
    min_lr_side=64,
    teacher=dict(channels=(8, 16, 24)),
    channels_last=True,
)
del norm
