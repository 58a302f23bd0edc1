# The whole method on NYU Depth v2 with Depth Anything V2 Small.
# HR 480x640, LR ground truth 120x160.
_base_ = [
    '../_base_/models/wsdepth_depth-anything-v2-small.py',
    '../_base_/datasets/nyu.py',
    '../_base_/schedules/adamw_40k_foundation.py',
    '../_base_/default_runtime.py',
]
model = dict(test_cfg=dict(scales=(35 / 104, 1)))
