_base_ = './wsdepth/wsdepth_r50_8xb4-40k_kitti-375x1242.py'
