# The method on NYU Depth v2: HR 480x640, LR ground truth at a quarter of it.
_base_ = [
    './_base_/models/wsdepth_r50.py',
    './_base_/datasets/nyu.py',
    './_base_/schedules/adamw_40k.py',
    './_base_/default_runtime.py',
]
