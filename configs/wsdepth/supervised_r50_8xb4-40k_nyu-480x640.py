# The upper bound: the same student trained with HR ground truth.
_base_ = './wsdepth_r50_8xb16-40k_nyu-480x640.py'
model = dict(loss_lr=None, two_views=None, running_stats='hr')
custom_hooks = []
train_pipeline = [t for t in _base_.train_pipeline if t['type'] != 'mmwsdepth.DownsampleDepth']
train_dataloader = dict(batch_size=4, dataset=dict(pipeline=train_pipeline))
