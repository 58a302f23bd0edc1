# The decisive variants of nyu.py at the resolution of NYU's files: HR 480x640, LR ground truth of
# 120x160. All stages have fewer iterations.
_base_ = './nyu.py'


def at_480x640(node):
    """Enlarge every grid."""
    if isinstance(node, dict):
        return {
            key: tuple(side * 5 // 2 for side in value) if key == 'scale' else at_480x640(value)
            for key, value in node.items()
        }
    return [at_480x640(item) for item in node] if isinstance(node, list) else node


def of(name, iterations=None):
    """Make a variant of nyu.py one of this suite."""
    row = at_480x640(_base_.variants[name].to_dict())
    if iterations is None:
        return row
    warm_up = min(iterations // 10, 50)
    first, then = row['param_scheduler']
    return row | dict(
        train_cfg=dict(max_iters=iterations, val_interval=iterations),
        param_scheduler=[dict(first, end=warm_up), dict(then, begin=warm_up, end=iterations)],
    )


train_dataloader = at_480x640(_base_.train_dataloader.to_dict())
val_dataloader = at_480x640(_base_.val_dataloader.to_dict())
test_dataloader = val_dataloader
variants = {
    '_delete_': True,
    'lr': of('lr', 300),
    'lr, longer': of('lr, longer', 480),
    **{name: of(name, 120) for name in ('up-nearest', 'up-bilinear', 'down', 'hr')},
    'default': of('default'),
    'lr-on-hr': of('lr-on-hr'),
}
