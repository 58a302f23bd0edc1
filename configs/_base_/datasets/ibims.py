# iBims-1, for testing alone, by its authors' script (Koch et al. 2018, arXiv 1805.01328): all valid
# depth of the whole image, up to the set's 50 m; depth boundary errors at the annotated edges, in
# pixels; flatness, in cm, and orientation, in degrees, of walls, tables and floors. A config takes
# it by `test_dataloader, test_evaluator = _base_.pop('ibims')`.
ibims = (
    dict(
        dataset=dict(
            _delete_=True,
            type='mmwsdepth.RGBDDataset',
            data_root='data/ibims',
            data_prefix=dict(img_path='images/test', depth_map_path='annotations/test'),
            depth_range=(1e-3, 50.0),
            pipeline=[
                dict(type='mmwsdepth.LoadColor'),
                dict(type='mmwsdepth.LoadDepth'),
                dict(type='mmwsdepth.PackRGBDInputs'),
            ],
            test_mode=True,
        )
    ),
    [
        dict(type='mmwsdepth.DepthMetric', max_depth=50.0, prefix='model'),
        dict(type='mmwsdepth.IBimsMetric', data_root='data/ibims', prefix='model'),
    ],
)
