import pytest
import torch
from torch import Tensor

from mmwsdepth.functional import area_mean
from mmwsdepth.models.inference.multi_scale import estimate_at_scales, scaled

FULL = (64, 96)


def _smooth(size: tuple[int, int]) -> Tensor:
    rows, columns = (torch.linspace(0, 1, side) for side in size)
    return 2 + rows[:, None] + columns.expand(1, 1, *size).contiguous()


def _seen(scales: list[float], factors: dict[float, float]) -> Tensor:
    """A smooth scene, off by a factor at each scale."""
    return estimate_at_scales(
        torch.zeros(1, 3, *FULL),
        scales,
        lambda image, scale: factors[scale] * _smooth((image.shape[-2], image.shape[-1])),
    )


def test_the_image_as_it_is_is_estimated_once() -> None:
    image = torch.rand(2, 3, *FULL)
    assert torch.equal(
        estimate_at_scales(image, (1,), lambda seen, _: seen[:, :1] + 1), image[:, :1] + 1
    )


@pytest.mark.parametrize(
    ('scales', 'factors', 'factor'),
    [
        ([0.5, 1], {0.5: 0.5, 1: 2}, 1.0),
        ([0.25, 0.5, 1], {0.25: 8, 0.5: 1, 1: 1}, 2.0),
        ([0.5, 1, 2], {0.5: 0.5, 1: 2, 2: 7}, 1.0),
        ([1, 2], {1: 3, 2: 0.2}, 3.0),
        ([0.5], {0.5: 3}, 3.0),
    ],
)
def test_coarse_depth_is_the_geometric_mean_of_scales_up_to_one(scales, factors, factor) -> None:
    found = _seen(scales, factors)
    assert found.shape == (1, 1, *FULL)
    torch.testing.assert_close(found, factor * _smooth(FULL), rtol=0.02, atol=0)


@pytest.mark.parametrize('scales', [(0.5, 1), (0.5, 1, 2)])
def test_detail_is_that_of_the_finest_scale(scales: tuple[float, ...]) -> None:
    def estimate(image: Tensor, scale: float) -> Tensor:
        height, width = image.shape[-2:]
        depth = torch.full((1, 1, height, width), 2.0)
        stripe = int(2 * scale)  # of two pixels of the image
        if scale == scales[-1]:
            depth.view(1, 1, -1, 2 * stripe, width)[..., :stripe, :] = 4.0
        return depth

    found = estimate_at_scales(torch.zeros(1, 3, *FULL), scales, estimate)
    stripes = found.view(-1, 4, FULL[1])
    ratio = stripes[:, :2] / stripes[:, 2:]
    torch.testing.assert_close(ratio, torch.full_like(ratio, 2.0))


def test_an_enlarged_estimate_is_averaged_back() -> None:
    image = torch.rand(1, 3, *FULL)
    found = estimate_at_scales(image, [2], lambda seen, _: seen[:, :1] + 3)
    seen = torch.nn.functional.interpolate(image, scale_factor=2, mode='bicubic')
    assert torch.allclose(found, area_mean(seen[:, :1] + 3, FULL), atol=1e-5)


@pytest.mark.parametrize(
    ('side', 'scale', 'expected'),
    [(480, 0.25, 120), (1440, 2 / 15, 192), (97, 0.25, 24), (3, 0.1, 1)],
)
def test_a_scaled_side_is_rounded(side: int, scale: float, expected: int) -> None:
    assert scaled(side, scale) == expected
