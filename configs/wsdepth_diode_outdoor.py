_base_ = './wsdepth/wsdepth_r50_8xb16-40k_diode-outdoor-768x1024.py'
