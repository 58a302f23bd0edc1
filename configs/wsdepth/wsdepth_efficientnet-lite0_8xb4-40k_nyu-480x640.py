# The whole method on NYU Depth v2 with EfficientNet-Lite0.
# HR 480x640, LR ground truth 120x160.
_base_ = [
    '../_base_/models/wsdepth_efficientnet-lite0.py',
    '../_base_/datasets/nyu.py',
    '../_base_/schedules/adamw_40k.py',
    '../_base_/default_runtime.py',
]
model = dict(test_cfg=dict(scales=(0.25, 1)))
