# The embedded data set, rendered on first use; the sensor has a quarter of the color's resolution.
rooms = dict(
    type='mmwsdepth.RoomsDataset',
    data_root='data/rooms',
    num=dict(train=400, test=60),
    size=(192, 256),
)
train_pipeline = [
    dict(type='mmwsdepth.LoadColor'),
    dict(type='mmwsdepth.LoadDepth'),
    dict(type='mmwsdepth.RandomFlipRGBD', prob=0.5),
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
depth_pipeline = [
    dict(type='mmwsdepth.LoadDepth'),
    dict(type='mmwsdepth.DownsampleDepth', ratio=4, mode='area'),
]
train_dataloader = dict(
    batch_size=4,
    num_workers=1,
    persistent_workers=True,
    drop_last=True,
    sampler=dict(type='mmwsdepth.ReproducibleSampler'),
    dataset=dict(split='train', pipeline=train_pipeline, **rooms),
)
val_dataloader = dict(
    batch_size=4,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(split='test', pipeline=test_pipeline, test_mode=True, **rooms),
)
test_dataloader = val_dataloader
val_evaluator = [
    dict(type='mmwsdepth.DepthMetric', prefix='model'),
    dict(
        type='mmwsdepth.MeanDepthMetric',
        dataset=dict(split='train', pipeline=depth_pipeline, **rooms),
    ),
    dict(type='mmwsdepth.BoundaryMetric', prefix='model'),
]
test_evaluator = val_evaluator
