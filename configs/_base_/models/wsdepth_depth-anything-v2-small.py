# The encoder of Depth Anything V2 Small under a new head, as its own metric models are trained
# (arXiv 2406.09414). docs/foundation.md has other sizes, and who may use which weights.
_base_ = './wsdepth.py'
model = dict(
    student=dict(
        backbone=dict(
            type='mmwsdepth.TransformersBackbone',
            model_type='dinov2',
            config=dict(
                hidden_size=384,
                num_hidden_layers=12,
                num_attention_heads=6,
                image_size=518,
                out_indices=[3, 6, 9, 12],
                use_mask_token=False,
            ),
            size_multiple=14,
            init_cfg=dict(
                type='Pretrained', checkpoint='depth-anything/Depth-Anything-V2-Small-hf'
            ),
        ),
        decode_head=dict(
            _delete_=True,
            type='mmwsdepth.DepthAnythingHead',
            config=dict(
                reassemble_hidden_size=384,
                neck_hidden_sizes=[48, 96, 192, 384],
                fusion_hidden_size=64,
            ),
            max_depth=10.0,
        ),
    ),
    min_lr_side=140,
)
