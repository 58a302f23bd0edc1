# The method on a folder of your own sensor's data: set data_root.
_base_ = [
    './_base_/models/wsdepth_r50.py',
    './_base_/datasets/rgbd_folder.py',
    './_base_/schedules/adamw_40k.py',
    './_base_/default_runtime.py',
]
