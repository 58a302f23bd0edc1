# Rooms at 192x256, LR ground truth 48x64 by area: what people do instead, the paper, and the parts.
_base_ = '../wsdepth_rooms.py'
custom_imports = dict(imports=['mmwsdepth.datasets.transforms.guided_upsampling'])
train_pipeline, test_pipeline = _base_.train_pipeline, _base_.test_pipeline
pack = train_pipeline[-1]
to_lr = dict(type='mmwsdepth.ResizeRGBD', scale=(64, 48))
plain = dict(teacher=None, loss_lr=None, loss_consistency=None, loss_affinity=None)
without_teacher = dict(teacher=None, loss_affinity=None)


def trained_with(*transforms):
    """Train plainly, with further transforms before packing."""
    pipeline = [*train_pipeline[:-1], *transforms, pack]
    return dict(
        model=plain, custom_hooks=[], train_dataloader=dict(dataset=dict(pipeline=pipeline))
    )


lr_view = [test_pipeline[0], to_lr, *test_pipeline[1:]]
variants = {
    'lr': trained_with(to_lr)
    | dict(
        val_dataloader=dict(dataset=dict(pipeline=lr_view)),
        test_dataloader=dict(dataset=dict(pipeline=lr_view)),
    ),
    'lr-on-hr': dict(model=plain, custom_hooks=[], weights_from='lr'),
    'up-nearest': trained_with(dict(type='mmwsdepth.UpsampleDepth', mode='nearest')),
    'up-bilinear': trained_with(dict(type='mmwsdepth.UpsampleDepth', mode='bilinear')),
    'up-guided': trained_with(dict(type='mmwsdepth.GuidedUpsampleDepth')),
    'down': trained_with(),
    'lr+hr': dict(model=dict(loss_consistency=None, **without_teacher), custom_hooks=[]),
    '+consistency': dict(model=without_teacher, custom_hooks=[]),
    '+affinity': dict(),
    '+l2': dict(
        model=dict(
            loss_affinity=dict(
                type='mmwsdepth.FeatureL2Loss',
                student_channels=(24, 40, 112),
                teacher_channels=(32, 64, 96),
            )
        )
    ),
    '+attention': dict(model=dict(loss_affinity=dict(type='mmwsdepth.AttentionLoss'))),
    'hr': dict(
        model=plain,
        custom_hooks=[],
        train_dataloader=dict(
            dataset=dict(
                pipeline=[t for t in train_pipeline if t['type'] != 'mmwsdepth.DownsampleDepth']
            )
        ),
    ),
}
