_base_ = './wsdepth.py'
model = dict(
    student=dict(
        backbone=dict(
            type='mmwsdepth.WithFullResolution',
            backbone=dict(
                type='mmseg.SwinTransformer',
                embed_dims=96,
                depths=[2, 2, 6, 2],
                num_heads=[3, 6, 12, 24],
                window_size=7,
                drop_path_rate=0.2,
                out_indices=(0, 1, 2, 3),
                init_cfg=dict(
                    type='Pretrained',
                    checkpoint='https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/swin/'
                    'swin_tiny_patch4_window7_224_20220317-1cdeb081.pth',
                ),
            ),
        ),
        decode_head=dict(in_channels=[16, 96, 192, 384, 768]),
    )
)
