_base_ = './wsdepth/wsdepth_r50_8xb4-40k_arkitscenes-1440x1920.py'
