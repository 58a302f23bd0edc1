import numpy as np
import torch

from mmwsdepth.apis.batching import batches_of_one_size, pack_frame
from mmwsdepth.apis.inputs import Frame


def frame(height: int) -> Frame:
    return Frame('a', np.zeros((height, 4, 3), np.uint8), None)


def test_a_batch_has_one_size_and_the_order_stays() -> None:
    heights = [2, 2, 2, 3, 2, 2]
    batches = list(batches_of_one_size(map(frame, heights), 2))
    assert [[f.image.shape[0] for f in batch] for batch in batches] == [[2, 2], [2], [3], [2, 2]]


def test_a_batch_is_given_as_soon_as_it_is_full() -> None:
    read = []
    frames = (read.append(index) or frame(2) for index in range(9))
    next(batches_of_one_size(frames, 3))
    assert len(read) == 3


def test_an_image_is_packed_with_its_channels_first() -> None:
    image = np.random.default_rng(0).integers(0, 256, (2, 4, 3), np.uint8)
    packed = pack_frame(Frame('a/b', image, None))
    assert packed['inputs'].dtype == torch.uint8
    np.testing.assert_array_equal(packed['inputs'].permute(1, 2, 0), image)
    assert packed['data_samples'].ori_shape == (2, 4)
    assert packed['data_samples'].name == 'a/b'
