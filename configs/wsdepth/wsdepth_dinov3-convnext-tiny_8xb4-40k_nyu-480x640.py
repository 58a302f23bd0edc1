# The whole method on NYU Depth v2 with DINOv3's ConvNeXt-T.
# HR 480x640, LR ground truth 120x160.
_base_ = [
    '../_base_/models/wsdepth_dinov3-convnext-tiny.py',
    '../_base_/datasets/nyu.py',
    '../_base_/schedules/adamw_40k.py',
    '../_base_/default_runtime.py',
]
model = dict(test_cfg=dict(scales=(0.3, 1)))
