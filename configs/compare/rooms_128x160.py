# The rows of rooms.py on smaller images: HR 128x160, LR copy 64x80.
_base_ = './rooms.py'
rooms = dict(data_root='data/rooms_128x160', size=(128, 160))
resize = dict(type='mmwsdepth.ResizeRGBD', scale=(160, 128))


def resized(pipeline):
    """Put this size's transform in the place of the larger one's."""
    return [resize if step['type'] == resize['type'] else step for step in pipeline]


train_dataloader = dict(dataset=rooms)
test_dataloader = dict(
    dataset=dict(rooms, pipeline=resized(_base_.test_dataloader.dataset.pipeline))
)
model = dict(min_lr_side=64)
variants = {
    name: dict(
        train_dataloader=dict(dataset=dict(pipeline=resized(row.train_dataloader.dataset.pipeline)))
    )
    for name, row in _base_.variants.items()
}
