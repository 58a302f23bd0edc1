_base_ = './wsdepth/wsdepth_r50_8xb4-40k_diode-outdoor-768x1024.py'
