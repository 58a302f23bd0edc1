# The upper bound: the same student trained with HR ground truth, for about the same time.
_base_ = './wsdepth_efficientnet-lite0_1xb4-1400iter_rooms-192x256.py'
model = dict(
    teacher=None,
    loss_lr=None,
    loss_consistency=None,
    loss_affinity=None,
    test_cfg=dict(scales=(1, 2)),
)
train_pipeline = [t for t in _base_.train_pipeline if t['type'] != 'mmwsdepth.DownsampleDepth']
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
max_iters = 900
train_cfg = dict(max_iters=max_iters, val_interval=max_iters)
warmup, cosine = _base_.param_scheduler
param_scheduler = [warmup, dict(cosine, end=max_iters)]
del warmup, cosine
