_base_ = './wsdepth/wsdepth_efficientnet-lite0_1xb16-3k_rooms-192x256.py'
