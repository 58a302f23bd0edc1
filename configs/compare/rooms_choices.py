# The default recipe on rooms, and what happens when one of its choices is made otherwise.
_base_ = '../wsdepth_rooms.py'
late = 600
schedule = dict(loss_hr=(late, 0), loss_consistency=(late, 0))
variants = {
    'default': dict(),
    'running statistics from both branches': dict(model=dict(running_stats='both')),
    'equal loss weights': dict(
        model=dict(loss_lr=dict(loss_weight=1.0), loss_consistency=dict(loss_weight=1.0))
    ),
    'sensor model nearest': dict(model=dict(sensor='nearest')),
    '600 iterations at LR alone, then 500': dict(
        default_hooks=dict(
            loss_schedule=dict(type='mmwsdepth.LossScheduleHook', schedule=schedule)
        ),
        custom_hooks=[dict(type='mmwsdepth.AffinityDistillationHook', begin=late, warmup=300)],
        train_cfg=dict(max_iters=1100, val_interval=1100),
        param_scheduler=[
            _base_.param_scheduler[0],
            dict(_base_.param_scheduler[1], end=1100),
        ],
    ),
    'no distillation': dict(custom_hooks=[]),
}
