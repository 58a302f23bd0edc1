# The whole method on KITTI, Eigen split, Garg crop, up to 80 m (BTS, arXiv 1907.10326).
_base_ = [
    '../_base_/models/wsdepth_r50.py',
    '../_base_/datasets/kitti.py',
    '../_base_/schedules/adamw_40k.py',
    '../_base_/default_runtime.py',
]
model = dict(
    sensor='nearest',
    student=dict(decode_head=dict(min_depth=1.0, max_depth=80.0)),
    test_cfg=dict(scales=(4 / 11, 1)),
)
