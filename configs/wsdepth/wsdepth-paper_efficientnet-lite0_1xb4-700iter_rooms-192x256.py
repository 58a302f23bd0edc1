# The method as Xu et al. 2021 state it: two whole views of shared weights, consistency, a teacher.
_base_ = [
    './wsdepth_efficientnet-lite0_1xb4-1500iter_rooms-192x256.py',
    '../_base_/models/paper.py',
]
model = _base_.pop('paper')
model['loss_hr'] = dict(model['loss_hr'], _delete_=True)
custom_hooks = [dict(type='mmwsdepth.AffinityDistillationHook', begin=0, warmup=150)]
max_iters = 700
train_cfg = dict(max_iters=max_iters, val_interval=max_iters)
warmup, cosine = _base_.param_scheduler
param_scheduler = [warmup, dict(cosine, end=max_iters)]
del warmup, cosine
