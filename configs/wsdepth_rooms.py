_base_ = './wsdepth/wsdepth_efficientnet-lite0_1xb4-1400iter_rooms-192x256.py'
