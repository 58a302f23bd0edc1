_base_ = './wsdepth/supervised_r50_8xb4-40k_nyu-480x640.py'
