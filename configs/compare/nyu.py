# The rows of rooms.py on NYU Depth v2, resized to 192x256 too: give --data-root, and
# rows by --only.
_base_ = './rooms.py'
protocol = dict(min_depth=1e-3, max_depth=10.0, crop='nyu', prefix='model')


def split(name, pipeline, test_mode):
    """Read one split instead of rooms."""
    return dict(
        _delete_=True,
        type='mmwsdepth.NYUDepthDataset',
        data_root='data/nyu',
        data_prefix=dict(img_path=f'images/{name}', depth_map_path=f'annotations/{name}'),
        pipeline=pipeline,
        test_mode=test_mode,
    )


train_dataloader = dict(dataset=split('train', _base_.train_dataloader.dataset.pipeline, False))
test_dataloader = dict(dataset=split('test', _base_.test_dataloader.dataset.pipeline, True))
test_evaluator = [
    dict(type='mmwsdepth.DepthMetric', **protocol),
    dict(type='mmwsdepth.BoundaryMetric', **protocol),
]
