# DIODE indoors, with the LR ground truth of a sensor of a quarter of the color camera's pixels a
# side. Scored on the validation set's whole images up to 10 m, ZoeDepth's cap (arXiv 2302.12288).
_base_ = './rgbd_folder.py'
diode = dict(data_root='data/diode', depth_scale=0.01, depth_range=(1e-3, 10.0))
sensor = dict(type='mmwsdepth.DownsampleDepth', ratio=4, mode='area')
pack = dict(type='mmwsdepth.PackRGBDInputs')
train_dataloader = dict(
    dataset=dict(
        data_prefix=dict(
            img_path='images/train/indoors', depth_map_path='annotations/train/indoors'
        ),
        pipeline=[
            *_base_.load,
            dict(type='mmwsdepth.RandomFlipRGBD', prob=0.5),
            dict(type='mmseg.PhotoMetricDistortion'),
            sensor,
            pack,
        ],
        **diode,
    ),
)
val_dataloader = dict(
    dataset=dict(
        data_prefix=dict(img_path='images/test/indoors', depth_map_path='annotations/test/indoors'),
        pipeline=[*_base_.load, dict(keep_hr=True, **sensor), pack],
        **diode,
    )
)
test_dataloader = val_dataloader
val_evaluator = dict(min_depth=1e-3)
test_evaluator = val_evaluator
del diode, sensor, pack
