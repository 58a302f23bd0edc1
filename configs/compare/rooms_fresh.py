# The decisive rows of rooms.py, after their training, on five times as many rooms as its tables
# have, rendered from another seed: 200 rooms are too few to tell two close rows apart.
_base_ = './rooms.py'
fresh = dict(data_root='data/rooms_fresh', num=dict(train=1, test=1000), seed=3000)
names = [
    'lr, longer',
    'lr-on-hr',
    'up-nearest',
    'up-bilinear',
    'up-guided',
    'down',
    'hr',
    'default',
    'default, trained at LR',
]
prefixes = ['', 'x3 ', 'x10 ', 'r8 ', 'r2 ', 'nearest ']


def on_fresh_rooms(name):
    """Score a row's weights; what learnt at LR sees LR images, as it does in rooms.py."""
    row = _base_.variants[name]
    loader = dict(dataset=dict(row.get('test_dataloader', {}).get('dataset', {}), **fresh))
    return dict(
        model=row['model'],
        weights_from=row.get('weights_from', name),
        val_dataloader=loader,
        test_dataloader=loader,
    )


variants = {
    f'fresh {prefix}{name}': on_fresh_rooms(f'{prefix}{name}')
    for prefix in prefixes
    for name in names
    if f'{prefix}{name}' in _base_.variants
}
