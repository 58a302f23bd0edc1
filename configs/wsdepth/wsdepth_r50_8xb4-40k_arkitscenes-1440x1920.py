# The whole method on ARKitScenes: real LR and HR depth of the same views (arXiv 2111.08897).
_base_ = [
    '../_base_/models/wsdepth_r50.py',
    '../_base_/datasets/arkitscenes.py',
    '../_base_/schedules/adamw_40k.py',
    '../_base_/default_runtime.py',
]
model = dict(test_cfg=dict(scales=(2 / 15, 1)))
