# The method and what people do instead, on rooms of 192x256 with LR ground truth of 24x32 (ratio 8)
# or 48x64 (ratio 4), in one stage from ImageNet weights. A row's budget is the number of HR images
# whose forward and backward passes cost as much as its training, teacher included.
_base_ = '../wsdepth_rooms.py'
custom_imports = dict(imports=['mmwsdepth.comparison.controls'])
rooms = dict(
    data_root='data/rooms_suite', num=dict(train=1000, test=200), size=(192, 256), seed=1000
)
resize = dict(type='mmwsdepth.ResizeRGBD', scale=(256, 192))  # for larger data that inherit this
load, pack = [*_base_.train_pipeline[:2], resize], _base_.train_pipeline[-1]
flip_colors = _base_.train_pipeline[2:-2]
train_dataloader = dict(num_workers=0, persistent_workers=False, dataset=rooms)
val_dataloader = val_cfg = val_evaluator = None
test_dataloader = dict(dataset=dict(rooms, pipeline=[*load, *_base_.test_pipeline[2:]]))
test_evaluator = [e for e in _base_.test_evaluator if e['type'] != 'mmwsdepth.MeanDepthMetric']
default_hooks = dict(logger=dict(interval=100), checkpoint=dict(interval=1000))
lr_scale = 0.5
batch, lr_cost = 4, lr_scale**2
budgets = dict(short=1000, middle=2000, long=4000)
per_image = dict(
    losses=[
        dict(type='mmwsdepth.SILogLoss', per_image=True),
        dict(type='mmwsdepth.GradientMatchingLoss', loss_weight=0.5),
    ]
)


def trained(images, cost, ratio, then=(), **changes):
    """Train for a budget of HR images, an iteration costing as many of them for each of a batch."""
    number = int(images / (batch * cost))
    sensor = [dict(type='mmwsdepth.DownsampleDepth', ratio=ratio, mode='area')] if ratio else []
    transforms = [*load, *flip_colors, *sensor, *then, pack]
    return dict(
        train_dataloader=dict(dataset=dict(pipeline=transforms)),
        train_cfg=dict(max_iters=number, val_interval=number),
        param_scheduler=[
            dict(type='LinearLR', start_factor=0.01, begin=0, end=50, by_epoch=False),
            dict(
                type='CosineAnnealingLR', eta_min_ratio=0.01, begin=50, end=number, by_epoch=False
            ),
        ],
        images=images,
        **changes,
    )


def hr_branch_alone(images, ratio, then=()):
    """Train plainly, by one loss on the HR image."""
    parts = ('teacher', 'loss_lr', 'loss_consistency', 'loss_affinity')
    model = dict(dict.fromkeys(parts), test_cfg=dict(scales=(1, 2)))
    return trained(images, 1, ratio, then, model=model)


def method(images, ratio, joint=False, **model):
    """Train the method, or what a change of the model leaves of it."""
    hooks = dict(default_hooks=dict(alternation=None)) if joint else {}
    consistent, taught = model.get('loss_consistency', 1), model.get('teacher', 1)
    cost = 1 + lr_cost if joint else (1 + lr_cost + (lr_cost / 3 if consistent else 0)) / 2
    if taught is None:
        model['loss_affinity'] = None
    cost += 0.64 / ratio**2 if taught else 0
    model['test_cfg'] = dict(scales=(lr_scale, 1, 2))
    return trained(images, cost, ratio, model=model, **hooks)


def rows(ratio, images):
    """Make the rows of every budget and ratio."""
    upsample = dict(type='mmwsdepth.UpsampleDepth', mode='bilinear')
    return {
        'upsampled ground truth': hr_branch_alone(images, ratio, [upsample]),
        'HR loss alone': hr_branch_alone(images, ratio),
        'HR ground truth': hr_branch_alone(images, None),
        'losses 1+2': method(images, ratio, teacher=None, loss_consistency=None),
        'losses 1+2+3': method(images, ratio, teacher=None),
        'whole method': method(images, ratio),
        'SILog per image': method(images, ratio, loss_lr=per_image, loss_hr=per_image),
    }


def controls(ratio, images):
    """Make the rows that say what the teacher and the alternation are worth.

    Teachers are compared at three times the affinity loss's weight, where they act.
    """
    strong = dict(loss_affinity=dict(loss_weight=0.3))
    frozen = dict(frozen=True, init_cfg=dict(type='Kaiming', layer='Conv2d'))
    shuffled = dict(type='mmwsdepth.ShuffledDepthReconstruction')
    return {
        'affinity x 3': method(images, ratio, **strong),
        'affinity x 3, random teacher': method(images, ratio, teacher=frozen, **strong),
        'affinity x 3, shuffled teacher': method(images, ratio, teacher=shuffled, **strong),
        'both branches at once': method(images, ratio, joint=True),
    }


def hr_image_alone(name, row):
    """Score a row's weights by the HR image alone, without further scales."""
    return dict(
        row, series=None, weights_from=name, model=dict(row['model'], test_cfg=dict(scales=(1,)))
    )


variants = {}
for ratio in (8, 4):
    for budget, images in budgets.items():
        made = rows(ratio, images)
        if budget == 'long':
            made.update(controls(ratio, images))
        for name, row in made.items():
            variants[f'r{ratio} {budget} {name}'] = dict(row, series=f'r{ratio} {name}')
variants.update(
    {f'{name}, HR image alone': hr_image_alone(name, row) for name, row in variants.items()}
)
del ratio, budget, images, made, name, row
