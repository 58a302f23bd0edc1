# The upper bound: the same student trained with HR ground truth.
_base_ = './wsdepth_nyu.py'
model = dict(loss_lr=None, two_views=None, loss_hr=dict(_base_.model.loss_lr))
train_pipeline = [t for t in _base_.train_pipeline if t['type'] != 'mmwsdepth.DownsampleDepth']
train_dataloader = dict(batch_size=4, dataset=dict(pipeline=train_pipeline))
