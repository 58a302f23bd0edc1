# Your own sensor: images/{train,test}/NAME.jpg beside annotations/{train,test}/NAME.png, 16-bit
# millimeters, of whatever size the sensor has. Without the folders train and test the last tenth by
# name is for testing. Evaluation is on the sensor's grid; add hr_depth_map_path to a data_prefix to
# evaluate against a better sensor's depth. The crop leaves a phone's lidar 128x170 pixels, in
# landscape and in portrait; smaller images are taken whole.
load = [dict(type='mmwsdepth.LoadColor'), dict(type='mmwsdepth.LoadDepth')]
train_dataloader = dict(
    batch_size=4,
    num_workers=4,
    persistent_workers=True,
    drop_last=True,
    sampler=dict(type='mmwsdepth.ReproducibleSampler'),
    dataset=dict(
        type='mmwsdepth.RGBDDataset',
        data_root='data/rgbd',
        split='train',
        depth_scale=0.001,
        depth_range=(0.1, 10.0),
        pipeline=[
            *load,
            dict(type='mmwsdepth.RandomFlipRGBD', prob=0.5),
            dict(type='mmwsdepth.RandomCropRGBD', crop_size=(960, 1280)),
            dict(type='mmseg.PhotoMetricDistortion'),
            dict(type='mmwsdepth.PackRGBDInputs'),
        ],
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='mmwsdepth.RGBDDataset',
        data_root='data/rgbd',
        split='test',
        depth_scale=0.001,
        depth_range=(0.1, 10.0),
        pipeline=[*load, dict(type='mmwsdepth.PackRGBDInputs')],
        test_mode=True,
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(type='mmwsdepth.DepthMetric', min_depth=0.1, max_depth=10.0)
test_evaluator = val_evaluator
