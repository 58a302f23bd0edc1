import pytest
import torch

from mmwsdepth.functional import downsample_depth
from mmwsdepth.functional.upsample import upsample_depth


@pytest.mark.parametrize('mode', ['nearest', 'bilinear'])
@pytest.mark.parametrize('size', [(12, 16), (15, 30)])
def test_missing_values_stay_missing_and_mix_with_nothing(mode: str, size: tuple) -> None:
    depth = torch.full((1, 1, 4, 8), 3.0)
    depth[..., :2] = 0
    up = upsample_depth(depth, size, mode)
    assert up.shape == (1, 1, *size)
    measured = up[up > 0]
    assert torch.allclose(measured, torch.tensor(3.0))
    assert abs(measured.numel() / up.numel() - 0.75) < 0.05


def test_down_again_gives_the_original_for_nearest() -> None:
    depth = torch.rand(1, 1, 4, 8) + 1
    assert torch.allclose(
        downsample_depth(upsample_depth(depth, (12, 24), 'nearest'), (4, 8)), depth
    )


def test_a_ramp_stays_a_ramp_inside() -> None:
    ramp = (torch.arange(8) + 0.5).expand(1, 1, 4, 8)
    up = upsample_depth(ramp, (8, 16))[0, 0, 0]
    expected = (torch.arange(16) + 0.5) / 2
    assert torch.allclose(up[1:-1], expected[1:-1])


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="mode='cubic'"):
        upsample_depth(torch.ones(1, 1, 2, 2), (4, 4), 'cubic')
