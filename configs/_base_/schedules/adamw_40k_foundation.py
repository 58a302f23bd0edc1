# The encoder learns at Depth Anything V2's rate of metric training, and its head at ten times that.
# The teacher learns as in the other configs.
_base_ = './adamw_40k.py'
optim_wrapper = dict(
    optimizer=dict(lr=5e-6),
    paramwise_cfg=dict(custom_keys={'teacher': dict(lr_mult=200.0)}),
)
