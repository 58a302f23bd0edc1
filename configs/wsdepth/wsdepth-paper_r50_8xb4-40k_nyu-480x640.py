# The method as Xu et al. 2021 state it: two whole views of shared weights, consistency, a teacher.
_base_ = ['./wsdepth_r50_8xb16-40k_nyu-480x640.py', '../_base_/models/paper.py']
model = _base_.pop('paper')
model['loss_hr'] = dict(model['loss_hr'], _delete_=True)
custom_hooks = [dict(type='mmwsdepth.AffinityDistillationHook', begin=0, warmup=500)]
train_dataloader = dict(batch_size=4)
