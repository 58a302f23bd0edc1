# DINOv3's ConvNeXt-T, a pyramid, under the head of the other configs.
_base_ = './wsdepth.py'
model = dict(
    student=dict(
        backbone=dict(
            type='mmwsdepth.WithFullResolution',
            backbone=dict(
                type='mmwsdepth.TransformersBackbone',
                model_type='dinov3_convnext',
                config=dict(out_indices=[1, 2, 3, 4]),
                size_multiple=32,
                init_cfg=dict(
                    type='Pretrained',
                    checkpoint='facebook/dinov3-convnext-tiny-pretrain-lvd1689m',
                ),
            ),
        ),
        decode_head=dict(in_channels=[16, 96, 192, 384, 768]),
    )
)
