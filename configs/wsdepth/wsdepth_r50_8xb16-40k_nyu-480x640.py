# The recipe on NYU Depth v2: HR 480x640, LR ground truth at a quarter of it. Only the LR view is
# trained, which is cheap; the HR view joins in prediction.
_base_ = [
    '../_base_/models/wsdepth_r50.py',
    '../_base_/datasets/nyu.py',
    '../_base_/schedules/adamw_40k.py',
    '../_base_/default_runtime.py',
]
train_dataloader = dict(batch_size=16, num_workers=8)
