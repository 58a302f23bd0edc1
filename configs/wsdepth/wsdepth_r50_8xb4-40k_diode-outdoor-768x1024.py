# The whole method on DIODE outdoors, up to 80 m (ZoeDepth, arXiv 2302.12288).
_base_ = [
    '../_base_/models/wsdepth_r50.py',
    '../_base_/datasets/diode_outdoor.py',
    '../_base_/schedules/adamw_40k.py',
    '../_base_/default_runtime.py',
]
model = dict(
    student=dict(decode_head=dict(min_depth=0.5, max_depth=80.0)),
    test_cfg=dict(scales=(0.25, 1)),
)
