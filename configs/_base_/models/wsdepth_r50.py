_base_ = './wsdepth.py'
model = dict(
    student=dict(
        backbone=dict(
            type='mmwsdepth.WithFullResolution',
            backbone=dict(
                type='mmseg.ResNetV1c',
                depth=50,
                num_stages=4,
                out_indices=(0, 1, 2, 3),
                norm_cfg=dict(type='BN'),
                init_cfg=dict(type='Pretrained', checkpoint='open-mmlab://resnet50_v1c'),
            ),
        ),
        decode_head=dict(in_channels=[16, 256, 512, 1024, 2048]),
    )
)
