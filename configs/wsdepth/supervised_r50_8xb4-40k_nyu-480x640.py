# The upper bound: the same student trained with HR ground truth.
_base_ = './wsdepth_r50_8xb4-40k_nyu-480x640.py'
model = dict(
    teacher=None,
    loss_lr=None,
    loss_consistency=None,
    loss_affinity=None,
    test_cfg=dict(scales=(1,)),
)
train_pipeline = [t for t in _base_.train_pipeline if t['type'] != 'mmwsdepth.DownsampleDepth']
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
