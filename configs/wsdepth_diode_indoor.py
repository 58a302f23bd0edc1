_base_ = './wsdepth/wsdepth_r50_8xb4-40k_diode-indoor-768x1024.py'
