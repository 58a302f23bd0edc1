# Rooms at 192x256: what people do instead, the paper, and the parts of the default recipe, with LR
# ground truth of 48x64 by area; the decisive rows at other ratios, with another sensor and for
# three times as long too. Each variant goes on from the weights of its `lr`, for about the time of
# the default, so that the later stage is what differs.
_base_ = '../wsdepth_rooms.py'
custom_imports = dict(imports=['mmwsdepth.datasets.transforms.guided_upsampling'])
rooms = dict(data_root='data/rooms_suite', num=dict(train=1200, test=200), seed=1000)
val_evaluator = [e for e in _base_.val_evaluator if e['type'] != 'mmwsdepth.MeanDepthMetric']
test_evaluator = val_evaluator
custom_hooks = []
model = dict(running_stats='hr')
default_hooks = dict(checkpoint=dict(interval=200), visualization=dict(max_images=0))
depth_loss = _base_.model.loss_lr
resize = dict(type='mmwsdepth.ResizeRGBD', scale=(256, 192))  # for larger data that inherit this
load, pack = _base_.train_pipeline[:2], _base_.train_pipeline[-1]
load_flip_colours = [*load, resize, *_base_.train_pipeline[2:-2]]
test_pipeline = [load[0], resize, *_base_.test_pipeline[1:]]
train_dataloader = dict(
    batch_size=4, dataset=dict(pipeline=[*load_flip_colours, *_base_.train_pipeline[-2:]], **rooms)
)
val_dataloader = dict(dataset=dict(pipeline=test_pipeline, **rooms))
test_dataloader = val_dataloader


def for_iterations(number):
    """Train so long, with a warm-up and a cosine."""
    return dict(
        train_cfg=dict(max_iters=number, val_interval=number),
        param_scheduler=[
            dict(type='LinearLR', start_factor=0.01, begin=0, end=50, by_epoch=False),
            dict(
                type='CosineAnnealingLR', eta_min_ratio=0.01, begin=50, end=number, by_epoch=False
            ),
        ],
    )


def alone(loss):
    """Put a loss in the place of what the base has."""
    return dict(loss, _delete_=True)


def pipeline(ratio=4, mode='area', then=()):
    """See the sensor, then further transforms."""
    sensor = dict(type='mmwsdepth.DownsampleDepth', ratio=ratio, mode=mode)
    return [*load_flip_colours, sensor, *then, pack]


def plain(transforms, iterations=400, batch_size=4, **model):
    """Train one branch plainly."""
    return dict(
        model=dict(loss_lr=None, loss_hr=alone(depth_loss), two_views=None) | model,
        train_dataloader=dict(batch_size=batch_size, dataset=dict(pipeline=transforms)),
        **for_iterations(iterations),
    )


def upsampled(mode, ratio=4, sensor='area', iterations=400):
    """Train on LR ground truth brought to HR."""
    step = dict(type='mmwsdepth.GuidedUpsampleDepth')
    if mode != 'guided':
        step = dict(type='mmwsdepth.UpsampleDepth', mode=mode)
    return plain(pipeline(ratio, sensor, [step]), iterations)


def at_lr(ratio=4, sensor='area', iterations=2000, loss=depth_loss, view=None):
    """Train on LR images, or on those of another view, and see them in the test.

    Iterations are counted at 48x64: a view of more pixels gets fewer for about the same time.
    """
    view = view or ratio
    iterations = iterations * view**2 // 4**2
    to_lr = dict(type='mmwsdepth.ResizeRGBD', scale=(256 // view, 192 // view))
    seen = [load[0], to_lr, *test_pipeline[2:]]
    return dict(
        val_dataloader=dict(dataset=dict(pipeline=seen)),
        test_dataloader=dict(dataset=dict(pipeline=seen)),
        **plain(pipeline(ratio, sensor, [to_lr]), iterations, 16, loss_hr=alone(loss)),
    )


def whole(iterations, **model):
    """Train two whole views of which the HR one stands alone."""
    return dict(
        model=dict(two_views=None, loss_hr=alone(depth_loss)) | model, **for_iterations(iterations)
    )


def two_branches(iterations=300, batch_size=16, crop=0.5, **model):
    """Train both branches of what predicts with two views."""
    model = dict(loss_hr=alone(depth_loss), running_stats='separate') | model
    views = dict(ratio=None, cell=4, crop=crop, step=None, zoom=1, share=1)
    return dict(
        model=dict(two_views=views) | model,
        train_dataloader=dict(batch_size=batch_size, dataset=dict(pipeline=pipeline())),
        **for_iterations(iterations),
    )


def recipe(ratio=4, sensor='area', iterations=640, loss=depth_loss, view=2, hr_share=0.5, **model):
    """Train the LR view and the HR image in turns, see both."""
    views = dict(ratio=view, cell=8, share=0.5)
    model = dict(loss_hr=alone(loss), running_stats='separate', two_views=views) | model
    return dict(
        model=dict(sensor=sensor, loss_lr=alone(loss)) | model,
        train_dataloader=dict(batch_size=4, dataset=dict(pipeline=pipeline(ratio, sensor))),
        custom_hooks=[dict(type='mmwsdepth.LossTurnsHook', hr_share=hr_share)],
        **for_iterations(iterations),
    )


def lr_alone(ratio=4, sensor='area', iterations=300, loss=depth_loss, view=2, cell=8):
    """Train the LR view, see both."""
    views = dict(ratio=view, cell=cell, share=1)
    return dict(
        model=dict(sensor=sensor, loss_lr=alone(loss), loss_hr=None, two_views=views),
        train_dataloader=dict(batch_size=16, dataset=dict(pipeline=pipeline(ratio, sensor))),
        **for_iterations(iterations),
    )


def seen_with(weights='default', **options):
    """See the weights of a row with other views."""
    row = dict(recipe()['model'])
    row['two_views'] = row['two_views'] | options
    return dict(weights_from=weights, model=row)


def views(cell, step):
    """See what was trained at 48x64 with an HR view four times as fine."""
    return dict(
        weights_from='lr, longer',
        model=dict(two_views=dict(ratio=4, cell=cell, step=step, zoom=1, share=1)),
    )


silog = dict(type='mmwsdepth.SILogLoss')
paper = dict(loss_hr=alone(silog), loss_lr=alone(dict(loss_weight=0.3, **silog)))
consistency = dict(type='mmwsdepth.ResolutionConsistencyLoss', loss_weight=0.1)
distillation = [dict(type='mmwsdepth.AffinityDistillationHook', begin=0, warmup=150)]
teacher = dict(type='mmwsdepth.DepthReconstruction', channels=(16, 32, 48, 64))
half_teacher = dict(type='mmwsdepth.DepthReconstruction', channels=(8, 16, 24, 32))
affinity = dict(type='mmwsdepth.AffinityLoss', loss_weight=0.1)
feature_l2 = dict(
    type='mmwsdepth.FeatureL2Loss', student_channels=(24, 40, 112), teacher_channels=(16, 32, 48)
)


def taught(**model):
    """Train as the paper says, with this distillation."""
    model = dict(paper, loss_consistency=consistency, teacher=teacher) | model
    return dict(whole(360, **model), custom_hooks=distillation)


def setting(ratio=4, sensor='area', prefix='', view=None, first=None, times=1):
    """Make the rows that are trained at every ratio, for every sensor and for `times` as long."""
    first, at_hr = first or f'{prefix}lr', 400 * times
    rows = {
        'lr, longer': at_lr(ratio, sensor, iterations=1200 * times, view=view),
        'up-nearest': upsampled('nearest', ratio, sensor, at_hr),
        'up-bilinear': upsampled('bilinear', ratio, sensor, at_hr),
        'down': plain(pipeline(ratio, sensor), at_hr, sensor=sensor),
        'hr': plain([*load_flip_colours, pack], at_hr),
        'default': recipe(ratio, sensor, 640 * times),
        'default, trained at LR': lr_alone(ratio, sensor, 300 * times),
    }
    rows = {name: dict(row, starts_from=first) for name, row in rows.items()}
    drawn = sensor == 'area' and times == 1
    return {
        f'{prefix}{name}': dict(row, series=name if drawn else None, ratio=ratio)
        for name, row in rows.items()
    }


at_hr = {
    'up-guided': upsampled('guided'),
    'lr+hr': whole(380, **paper),
    '+consistency': whole(380, **paper, loss_consistency=consistency),
    '+affinity': taught(loss_affinity=affinity),
    '+affinity, half the teacher': taught(teacher=half_teacher, loss_affinity=affinity),
    '+l2': taught(loss_affinity=feature_l2),
    '+attention': taught(loss_affinity=dict(type='mmwsdepth.AttentionLoss')),
    'two branches': two_branches(),
    'two branches, no crops': two_branches(380, 4, crop=1.0),
    'two branches + consistency': two_branches(loss_consistency=consistency),
    'two branches + affinity': dict(
        two_branches(280, teacher=teacher, loss_affinity=affinity), custom_hooks=distillation
    ),
}
variants = {
    'lr': at_lr(),
    **setting(),
    'lr-on-hr': dict(weights_from='lr, longer', **plain(pipeline())),
    'default, no HR view': dict(at_lr(iterations=1200, view=2), starts_from='lr'),
    'default, trained at LR of 48x64': dict(
        lr_alone(iterations=1200, view=4, cell=2), starts_from='lr'
    ),
    'default, a quarter at HR': dict(recipe(iterations=900, hr_share=0.25), starts_from='lr'),
    'default, one set of statistics': dict(recipe(running_stats='hr'), starts_from='lr'),
    'default, scale of the LR view': seen_with(share=1),
    'lr, longer, and HR view': views(4, None),
    'lr, longer, and HR view, cells of 8': views(8, None),
    'lr, longer, and views up to HR': views(4, 2.0),
    'default, cells of 2': seen_with(cell=2),
    'default, cells of 4': seen_with(cell=4),
    'default, image not enlarged': seen_with(zoom=1),
    'down, image enlarged': seen_with('down', ratio=1, share=1),
    **{name: dict(row, starts_from='lr') for name, row in at_hr.items()},
    'silog lr': at_lr(loss=silog),
    'default, no gradient matching': dict(recipe(loss=silog), starts_from='silog lr'),
    'r2 lr': at_lr(2),
    **setting(2, prefix='r2 '),
    'r8 lr': at_lr(8, view=4),
    **setting(8, prefix='r8 ', view=4),
    'r8 lr-on-hr': dict(weights_from='r8 lr, longer', **plain(pipeline(8))),
    'r8 default, trained at LR of 24x32': lr_alone(8, iterations=2000, view=8, cell=2),
    'nearest lr': at_lr(sensor='nearest'),
    **setting(sensor='nearest', prefix='nearest '),
    **setting(prefix='x3 ', first='lr', times=3),
    **setting(prefix='x10 ', first='lr', times=10),
}
