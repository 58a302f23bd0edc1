# Trained on NYU Depth v2, tested on iBims-1 (Koch et al. 2018, arXiv 1805.01328).
_base_ = ['./wsdepth_r50_8xb4-40k_nyu-480x640.py', '../_base_/datasets/ibims.py']
test_dataloader, test_evaluator = _base_.pop('ibims')
