_base_ = './wsdepth/wsdepth_efficientnet-lite0_1xb2-400iter_phone-1440x1920.py'
