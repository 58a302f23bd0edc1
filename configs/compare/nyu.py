# The variants of rooms.py on NYU Depth v2 at 192x256, scored against the stored 480x640: give
# --data-root, and with --only the rows to train.
_base_ = './rooms.py'
protocol = dict(min_depth=1e-3, max_depth=10.0, crop='nyu', prefix='model')


def split(name):
    """Read one split instead of rooms, with the pipelines of the variants."""
    folders = dict(img_path=f'images/{name}', depth_map_path=f'annotations/{name}')
    return dict(type='mmwsdepth.NYUDepthDataset', data_root='data/nyu', data_prefix=folders)


train_dataloader = dict(
    dataset=dict(_delete_=True, pipeline=_base_.train_dataloader.dataset.pipeline, **split('train'))
)
val_dataloader = dict(
    dataset=dict(
        _delete_=True,
        pipeline=_base_.val_dataloader.dataset.pipeline,
        test_mode=True,
        **split('test'),
    )
)
test_dataloader = val_dataloader
val_evaluator = [
    dict(type='mmwsdepth.DepthMetric', **protocol),
    dict(type='mmwsdepth.BoundaryMetric', **protocol),
]
test_evaluator = val_evaluator


def shorter(number):
    """Train so long at LR."""
    return dict(
        train_cfg=dict(max_iters=number, val_interval=number),
        param_scheduler=[
            dict(type='LinearLR', start_factor=0.01, begin=0, end=50, by_epoch=False),
            dict(
                type='CosineAnnealingLR', eta_min_ratio=0.01, begin=50, end=number, by_epoch=False
            ),
        ],
    )


def in_batches_of(number, row, iterations):
    """Train a row so long with smaller batches."""
    loader = dict(row['train_dataloader'], batch_size=number)
    return dict(row, train_dataloader=loader) | shorter(iterations)


variants = {
    'lr': shorter(1200),
    'lr, longer': shorter(800),
    'default, trained at LR': shorter(200),
    'default, no HR view': shorter(200),
    'default, trained at LR of 48x64': shorter(800),
    'x3 lr, longer': shorter(2400),
    'x3 default, trained at LR': shorter(600),
    'x3 default, trained at LR in batches of 4': in_batches_of(
        4, _base_.variants['x3 default, trained at LR'], 2400
    ),
}
