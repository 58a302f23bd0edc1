# The upper bound: the same student trained with HR ground truth.
_base_ = './wsdepth_r50_8xb16-40k_nyu-480x640.py'
model = dict(loss_lr=None, two_views=None, loss_hr=dict(_base_.model.loss_lr))
steps = [t for t in _base_.train_pipeline[1:] if t['type'] != 'mmwsdepth.DownsampleDepth']
train_pipeline = [_base_.load_hr, *steps]
train_dataloader = dict(batch_size=4, dataset=dict(pipeline=train_pipeline))
