# The default recipe on rooms, and what happens when one of its choices is made otherwise.
_base_ = '../wsdepth_rooms.py'
late = 600
last = 1200
schedule = dict(loss_hr=(late, 0), loss_consistency=(late, 0))
variants = {
    'default': dict(),
    'running statistics from both branches': dict(model=dict(running_stats='both')),
    'equal loss weights': dict(
        model=dict(loss_lr=dict(loss_weight=1.0), loss_consistency=dict(loss_weight=1.0))
    ),
    'no distillation': dict(custom_hooks=[]),
    '600 iterations at LR alone, then 600': dict(
        default_hooks=dict(
            loss_schedule=dict(type='mmwsdepth.LossScheduleHook', schedule=schedule)
        ),
        custom_hooks=[dict(type='mmwsdepth.AffinityDistillationHook', begin=late, warmup=300)],
        train_cfg=dict(max_iters=last, val_interval=last),
        param_scheduler=[
            _base_.param_scheduler[0],
            dict(_base_.param_scheduler[1], end=last),
        ],
    ),
    'without the finest level, 1000 iterations': dict(
        model=dict(
            student=dict(
                backbone=dict(out_indices=(1, 2, 3, 4)),
                decode_head=dict(in_channels=[24, 40, 112, 320]),
            ),
            affinity_levels=((0, 0), (1, 1), (2, 2)),
        ),
        train_cfg=dict(max_iters=1000, val_interval=1000),
        param_scheduler=[
            _base_.param_scheduler[0],
            dict(_base_.param_scheduler[1], end=1000),
        ],
    ),
}
