_base_ = './wsdepth/depth-reconstruction_8xb4-40k_nyu-480x640.py'
