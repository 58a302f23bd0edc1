# The upper bound: the same student trained with HR ground truth.
_base_ = './wsdepth-paper_efficientnet-lite0_1xb4-700iter_rooms-192x256.py'
model = dict(teacher=None, loss_lr=None, loss_consistency=None, loss_affinity=None)
custom_hooks = []
train_pipeline = [t for t in _base_.train_pipeline if t['type'] != 'mmwsdepth.DownsampleDepth']
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
