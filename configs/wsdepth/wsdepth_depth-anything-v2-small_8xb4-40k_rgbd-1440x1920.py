# The whole method on a folder of your own sensor's data with Depth Anything V2 Small. Scales are
# those of a phone's lidar; wsdepth_folder.py says what another sensor sets.
_base_ = [
    '../_base_/models/wsdepth_depth-anything-v2-small.py',
    '../_base_/datasets/rgbd_folder.py',
    '../_base_/schedules/adamw_40k_foundation.py',
    '../_base_/default_runtime.py',
]
model = dict(test_cfg=dict(scales=(7 / 48, 1)))
