# The recipe on NYU Depth v2 with Swin-T.
_base_ = [
    '../_base_/models/wsdepth_swin-tiny.py',
    '../_base_/datasets/nyu.py',
    '../_base_/schedules/adamw_40k.py',
    '../_base_/default_runtime.py',
]
train_dataloader = dict(batch_size=16, num_workers=8)
