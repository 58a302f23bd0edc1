# The recipe on NYU Depth v2 with MiT-b2.
_base_ = [
    '../_base_/models/wsdepth_mit-b2.py',
    '../_base_/datasets/nyu.py',
    '../_base_/schedules/adamw_40k.py',
    '../_base_/default_runtime.py',
]
train_dataloader = dict(batch_size=16, num_workers=8)
