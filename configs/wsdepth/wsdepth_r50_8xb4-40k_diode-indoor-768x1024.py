# The whole method on DIODE indoors, up to 10 m (ZoeDepth, arXiv 2302.12288).
_base_ = [
    '../_base_/models/wsdepth_r50.py',
    '../_base_/datasets/diode_indoor.py',
    '../_base_/schedules/adamw_40k.py',
    '../_base_/default_runtime.py',
]
model = dict(test_cfg=dict(scales=(0.25, 1)))
