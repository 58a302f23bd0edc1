# NYU Depth v2, with the LR ground truth of a sensor of a quarter of the color camera's resolution.
train_pipeline = [
    dict(type='mmwsdepth.LoadColor'),
    dict(type='mmwsdepth.LoadDepth'),
    dict(type='mmwsdepth.RandomRotateRGBD', prob=0.5, degree=2.5),
    dict(type='mmwsdepth.RandomFlipRGBD', prob=0.5),
    dict(type='mmwsdepth.RandomCropRGBD', crop_size=(416, 544)),
    dict(type='mmseg.PhotoMetricDistortion'),
    dict(type='mmwsdepth.DownsampleDepth', ratio=4, mode='area'),
    dict(type='mmwsdepth.PackRGBDInputs'),
]
test_pipeline = [
    dict(type='mmwsdepth.LoadColor'),
    dict(type='mmwsdepth.LoadDepth'),
    dict(type='mmwsdepth.DownsampleDepth', ratio=4, mode='area', keep_hr=True),
    dict(type='mmwsdepth.PackRGBDInputs'),
]
train_dataloader = dict(
    batch_size=4,
    num_workers=4,
    persistent_workers=True,
    drop_last=True,
    sampler=dict(type='mmwsdepth.ReproducibleSampler'),
    dataset=dict(
        type='mmwsdepth.NYUDepthDataset',
        data_root='data/nyu',
        data_prefix=dict(img_path='images/train', depth_map_path='annotations/train'),
        pipeline=train_pipeline,
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='mmwsdepth.NYUDepthDataset',
        data_root='data/nyu',
        data_prefix=dict(img_path='images/test', depth_map_path='annotations/test'),
        pipeline=test_pipeline,
        test_mode=True,
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(type='mmwsdepth.DepthMetric', min_depth=1e-3, max_depth=10.0, crop='nyu')
test_evaluator = val_evaluator
