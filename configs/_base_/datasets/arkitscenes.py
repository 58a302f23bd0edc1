# ARKitScenes, depth upsampling (Baruch et al. 2021, arXiv 2111.08897): trained on the lidar's
# 192x256, scored on the laser scanner's 1440x1920 of the same views. The range is ours. Crops are
# squares of 128x128 lidar pixels, because some frames are landscape and some portrait.
_base_ = './rgbd_folder.py'
train_dataloader = dict(
    dataset=dict(
        data_root='data/arkitscenes',
        pipeline=[
            *_base_.load,
            dict(type='mmwsdepth.RandomFlipRGBD', prob=0.5),
            dict(type='mmwsdepth.RandomCropRGBD', crop_size=(960, 960)),
            dict(type='mmseg.PhotoMetricDistortion'),
            dict(type='mmwsdepth.PackRGBDInputs'),
        ],
    ),
)
val_dataloader = dict(
    dataset=dict(
        data_root='data/arkitscenes',
        data_prefix=dict(hr_depth_map_path='annotations_hr/test'),
    )
)
test_dataloader = val_dataloader
protocol = dict(min_depth=0.1, max_depth=10.0, prefix='model')
val_evaluator = [
    dict(type='mmwsdepth.DepthMetric', **protocol),
    dict(type='mmwsdepth.BoundaryMetric', **protocol),
]
test_evaluator = val_evaluator
del protocol
