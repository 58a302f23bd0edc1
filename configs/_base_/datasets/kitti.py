# KITTI: split of Eigen et al. 2014 with the annotated depth of Uhrig et al. 2017, crop of Garg et
# al. 2016, up to 80 m, training crops of 352x704, as in BTS (arXiv 1907.10326).
#
# An LR sensor of such sparse depth takes the pixel at each cell's center ('nearest'): no cell mixes
# two things, and as large a share is measured at every distance. The other sensor models need half
# of a cell measured, which near things, where scan lines lie far apart, often are not.
_base_ = './rgbd_folder.py'
kitti = dict(data_root='data/kitti', depth_scale=1 / 256, depth_range=(1e-3, 80.0))
sensor = dict(type='mmwsdepth.DownsampleDepth', ratio=4, mode='nearest')
pack = dict(type='mmwsdepth.PackRGBDInputs')
train_dataloader = dict(
    dataset=dict(
        pipeline=[
            *_base_.load,
            dict(type='mmwsdepth.RandomFlipRGBD', prob=0.5),
            dict(type='mmwsdepth.RandomCropRGBD', crop_size=(352, 704)),
            dict(type='mmseg.PhotoMetricDistortion'),
            sensor,
            pack,
        ],
        **kitti,
    ),
)
val_dataloader = dict(
    dataset=dict(pipeline=[*_base_.load, dict(keep_hr=True, **sensor), pack], **kitti)
)
test_dataloader = val_dataloader
val_evaluator = dict(min_depth=1e-3, max_depth=80.0, crop='garg')
test_evaluator = val_evaluator
del kitti, sensor, pack
