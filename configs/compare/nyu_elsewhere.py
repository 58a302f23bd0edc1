# Edges, where truth has them: the variants of nyu.py, after their training on NYU Depth v2, on two
# renderings of rooms that are dense and exact. Their cameras are not NYU's, so depth may be off by
# a factor; boundary scores hold against it.
_base_ = './nyu.py'
names = [
    'lr, longer',
    'lr-on-hr',
    'up-bilinear',
    'down',
    'hr',
    'default',
    'default, trained at LR',
    'default, no HR view',
]
folders = dict(img_path='images', depth_map_path='annotations', hr_depth_map_path='annotations')
no_crop = dict(val_evaluator=[dict(e, crop=None) for e in _base_.val_evaluator])
no_crop['test_evaluator'] = no_crop['val_evaluator']


def on(data_root, row, height):
    """Score a row's weights on images of this height."""
    fit = dict(type='mmwsdepth.ResizeRGBD', scale=(10 * height, height), keep_ratio=True)
    dataset = dict(
        _delete_=True,
        type='mmwsdepth.RGBDDataset',
        data_root=data_root,
        data_prefix=folders,
        depth_range=(1e-3, 10.0),
        pipeline=[_base_.load[0], fit, _base_.load[1], _base_.pack],
        test_mode=True,
    )
    loader = dict(batch_size=1, dataset=dataset)
    return dict(model=row['model'], val_dataloader=loader, test_dataloader=loader, **no_crop)


def rows(prefix, data_root, variants):
    """Make the rows of one data set; what learnt at LR sees LR images, as it does in nyu.py."""
    heights = {'lr, longer': 48, 'default, no HR view': 96}
    return {
        f'{prefix} {name}': dict(
            weights_from=variants[name].get('weights_from', name),
            **on(data_root, variants[name], heights.get(name, 192)),
        )
        for name in names
    }


variants = {
    **rows('replica', 'data/replica_office0', _base_.variants),
    **rows('icl', 'data/icl_nuim', _base_.variants),
}
