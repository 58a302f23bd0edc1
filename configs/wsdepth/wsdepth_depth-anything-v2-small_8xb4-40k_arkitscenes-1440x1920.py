# The whole method on ARKitScenes (arXiv 2111.08897) with Depth Anything V2 Small.
_base_ = [
    '../_base_/models/wsdepth_depth-anything-v2-small.py',
    '../_base_/datasets/arkitscenes.py',
    '../_base_/schedules/adamw_40k_foundation.py',
    '../_base_/default_runtime.py',
]
model = dict(test_cfg=dict(scales=(7 / 48, 1)))
