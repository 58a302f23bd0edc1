_base_ = './wsdepth/wsdepth_r50_8xb16-40k_kitti-375x1242.py'
