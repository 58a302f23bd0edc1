_base_ = './wsdepth.py'
model = dict(
    data_preprocessor=dict(mean=[127.0, 127.0, 127.0], std=[128.0, 128.0, 128.0]),
    student=dict(
        backbone=dict(type='mmwsdepth.EfficientNetLite', pretrained=True),
        decode_head=dict(in_channels=[16, 24, 40, 112, 320], channels=64),
    ),
    affinity_levels=((1, 0), (2, 1), (3, 2)),
)
