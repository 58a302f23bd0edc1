# DIODE outdoors, likewise; up to 80 m, ZoeDepth's cap (arXiv 2302.12288).
_base_ = './diode_indoor.py'
depth_range = (1e-3, 80.0)
train_dataloader = dict(
    dataset=dict(
        data_prefix=dict(
            img_path='images/train/outdoor', depth_map_path='annotations/train/outdoor'
        ),
        depth_range=depth_range,
    )
)
val_dataloader = dict(
    dataset=dict(
        data_prefix=dict(img_path='images/test/outdoor', depth_map_path='annotations/test/outdoor'),
        depth_range=depth_range,
    )
)
test_dataloader = val_dataloader
val_evaluator = dict(max_depth=80.0)
test_evaluator = val_evaluator
del depth_range
