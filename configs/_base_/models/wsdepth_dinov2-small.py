# DINOv2's own ViT-S under Depth Anything's head.
_base_ = './wsdepth_depth-anything-v2-small.py'
model = dict(student=dict(backbone=dict(init_cfg=dict(checkpoint='facebook/dinov2-small'))))
