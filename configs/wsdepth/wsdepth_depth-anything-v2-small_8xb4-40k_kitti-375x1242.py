# The whole method on KITTI, Eigen split, Garg crop, up to 80 m, with Depth Anything V2 Small.
_base_ = [
    '../_base_/models/wsdepth_depth-anything-v2-small.py',
    '../_base_/datasets/kitti.py',
    '../_base_/schedules/adamw_40k_foundation.py',
    '../_base_/default_runtime.py',
]
model = dict(
    sensor='nearest',
    student=dict(decode_head=dict(max_depth=80.0)),
    test_cfg=dict(scales=(35 / 88, 1)),
)
