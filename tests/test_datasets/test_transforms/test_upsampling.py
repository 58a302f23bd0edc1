import numpy as np
import pytest

from mmwsdepth.datasets.transforms import UpsampleDepth


def _edge_sample() -> dict:
    """Color and depth with one edge, which lies inside a depth pixel."""
    image = np.zeros((32, 48, 3), np.uint8)
    image[:, 22:] = 255
    depth = np.full((8, 12), 2.0, np.float32)
    depth[:, 5], depth[:, 6:] = 3.0, 4.0
    return dict(img=image, gt_depth_map=depth)


@pytest.mark.parametrize('transform', [UpsampleDepth('nearest'), UpsampleDepth('bilinear')])
def test_depth_gets_the_images_size_and_keeps_holes(transform) -> None:
    sample = _edge_sample()
    sample['gt_depth_map'][:, 8:] = 0
    depth = transform.transform(sample)['gt_depth_map']
    assert depth.shape == (32, 48)
    assert depth.dtype == np.float32
    assert (depth[:, 40:] == 0).all()
    assert (depth[:, :12] == 2).all()
