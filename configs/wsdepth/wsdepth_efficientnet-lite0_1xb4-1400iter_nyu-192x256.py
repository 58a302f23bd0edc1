# The whole method on NYU Depth v2 for two CPU cores: HR 192x256, LR ground truth 48x64. Scored
# against the stored 480x640 ground truth all the same.
_base_ = './wsdepth_efficientnet-lite0_1xb4-1400iter_rooms-192x256.py'
load = [dict(type='mmwsdepth.LoadColor'), dict(type='mmwsdepth.LoadDepth')]
resize = dict(type='mmwsdepth.ResizeRGBD', scale=(256, 192))
train_set = dict(
    type='mmwsdepth.NYUDepthDataset',
    data_root='data/nyu',
    data_prefix=dict(img_path='images/train', depth_map_path='annotations/train'),
)
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        **train_set,
        pipeline=[
            *load,
            dict(type='mmwsdepth.RandomRotateRGBD', prob=0.5, degree=2.5),
            resize,
            dict(type='mmwsdepth.RandomFlipRGBD', prob=0.5),
            dict(type='mmseg.PhotoMetricDistortion'),
            dict(type='mmwsdepth.DownsampleDepth', ratio=4, mode='area'),
            dict(type='mmwsdepth.PackRGBDInputs'),
        ],
    ),
)
val_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='mmwsdepth.NYUDepthDataset',
        data_root='data/nyu',
        data_prefix=dict(img_path='images/test', depth_map_path='annotations/test'),
        pipeline=[
            load[0],
            resize,
            load[1],
            dict(type='mmwsdepth.DownsampleDepth', ratio=10, mode='area', keep_hr=True),
            dict(type='mmwsdepth.PackRGBDInputs'),
        ],
        test_mode=True,
    ),
)
test_dataloader = val_dataloader
protocol = dict(min_depth=1e-3, max_depth=10.0, crop='nyu')
to_lr = dict(type='mmwsdepth.DownsampleDepth', ratio=10, mode='area')
val_evaluator = [
    dict(type='mmwsdepth.DepthMetric', prefix='model', **protocol),
    dict(
        type='mmwsdepth.MeanDepthMetric',
        dataset=dict(**train_set, pipeline=[load[1], to_lr]),
        **protocol,
    ),
]
test_evaluator = val_evaluator
