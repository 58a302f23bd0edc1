# The whole method on NYU Depth v2 with DINOv2's ViT-S under Depth Anything's head.
# HR 480x640, LR ground truth 120x160.
_base_ = [
    '../_base_/models/wsdepth_dinov2-small.py',
    '../_base_/datasets/nyu.py',
    '../_base_/schedules/adamw_40k_foundation.py',
    '../_base_/default_runtime.py',
]
model = dict(test_cfg=dict(scales=(35 / 104, 1)))
