_base_ = './wsdepth/supervised_efficientnet-lite0_1xb4-900iter_rooms-192x256.py'
