import pytest
import torch

from mmwsdepth.evaluation.crops import CROPS, crop_mask


def bounds(size, crop):
    """First and last row, first and last column of a crop, the latter exclusive."""
    mask = crop_mask(size, crop)
    assert mask.shape == size and mask.dtype == torch.bool
    rows, columns = mask.any(1).nonzero().flatten(), mask.any(0).nonzero().flatten()
    top, bottom, left, right = (
        edge.item() for edge in (rows[0], rows[-1] + 1, columns[0], columns[-1] + 1)
    )
    assert mask[top:bottom, left:right].all()
    assert mask.sum() == (bottom - top) * (right - left)
    return top, bottom, left, right


@pytest.mark.parametrize(
    ('size', 'want'),
    [
        ((480, 640), (45, 471, 41, 601)),
        ((960, 1280), (90, 942, 82, 1202)),
        ((240, 320), (22, 235, 20, 300)),
        ((96, 128), (9, 94, 8, 120)),
    ],
)
def test_the_nyu_crop_is_eigens_and_scales(size, want):
    assert bounds(size, 'nyu') == want


@pytest.mark.parametrize('size', [(375, 1242), (352, 1216), (370, 1224)])
def test_the_garg_crop_is_that_of_the_published_code(size):
    height, width = size
    want = (
        int(0.40810811 * height),
        int(0.99189189 * height),
        int(0.03594771 * width),
        int(0.96405229 * width),
    )
    assert bounds(size, 'garg') == want


def test_the_garg_crop_of_a_kitti_image():
    assert bounds((375, 1242), 'garg') == (153, 371, 44, 1197)


@pytest.mark.parametrize('size', [(1, 1), (15, 20), (480, 640)])
def test_no_crop_is_the_whole_image(size):
    assert crop_mask(size, None).all()


@pytest.mark.parametrize('crop', CROPS)
@pytest.mark.parametrize('factor', [2, 3])
def test_every_crop_keeps_its_share_of_any_image(crop, factor):
    fine = bounds((480 * factor, 640 * factor), crop)
    coarse = bounds((480, 640), crop)
    assert all(abs(f - factor * c) < factor for f, c in zip(fine, coarse, strict=True))
