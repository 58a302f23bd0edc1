import pytest
import torch

from mmwsdepth.models.losses import gradient_matching_loss

DOWN, RIGHT = 0.01, 0.02


def target_map(size=(32, 64)):
    generator = torch.Generator().manual_seed(0)
    return torch.rand(2, 1, *size, dtype=torch.float64, generator=generator) * 8 + 0.5


def tilt(size):
    """A factor whose logarithm rises by DOWN a row and RIGHT a column."""
    rows, columns = (torch.arange(n, dtype=torch.float64) for n in size)
    return (DOWN * rows[:, None] + RIGHT * columns).exp()


@pytest.mark.parametrize(
    ('size', 'scales', 'steps'),
    [
        ((32, 64), 1, [1]),
        ((32, 64), 4, [1, 2, 4, 8]),
        ((4, 6), 4, [1, 2]),  # scales of fewer than two rows are left out
        ((2, 2), 4, [1]),
    ],
)
def test_a_tilted_error_costs_its_slopes_at_every_scale(size, scales, steps):
    target = target_map(size)
    want = (DOWN + RIGHT) * sum(steps) / len(steps)
    assert gradient_matching_loss(target * tilt(size), target, scales).item() == pytest.approx(want)


@pytest.mark.parametrize('factor', [0.05, 0.9, 20.0])
def test_the_scale_of_either_side_is_free(factor):
    pred, target = target_map().flip(-1), target_map()
    want = gradient_matching_loss(pred, target)
    torch.testing.assert_close(gradient_matching_loss(factor * pred, target), want)
    torch.testing.assert_close(gradient_matching_loss(pred, factor * target), want)
    assert gradient_matching_loss(factor * target, target).item() == pytest.approx(0, abs=1e-12)


def test_only_pairs_of_measured_pixels_are_compared():
    target = target_map()
    target[..., 1:-1:2] = 0
    # Of neighbors in a row no two were measured, so that only the last two columns slope right.
    sloping_right = target * (RIGHT * torch.arange(64, dtype=torch.float64)).exp()
    alone = gradient_matching_loss(sloping_right[..., :-1], target[..., :-1], scales=1)
    assert alone.item() == pytest.approx(0, abs=1e-12)
    got = gradient_matching_loss(sloping_right, target, scales=1)
    assert got.item() == pytest.approx(RIGHT)


def test_one_step_edge_costs_by_the_share_of_pairs_that_cross_it():
    target = torch.ones(1, 1, 8, 8, dtype=torch.float64)
    pred = target.clone()
    pred[..., 4:] = 2
    want = torch.log(torch.tensor(2.0, dtype=torch.float64)) / 7
    torch.testing.assert_close(gradient_matching_loss(pred, target, scales=1), want)


@pytest.mark.parametrize('size', [(1, 1), (1, 64)])
def test_a_map_too_small_for_a_gradient_costs_nothing(size):
    pred = target_map(size).requires_grad_()
    loss = gradient_matching_loss(pred, target_map(size) + 1)
    assert loss == 0


def test_halving_the_target_grid_shifts_the_scales():
    size = (32, 64)
    target = target_map(size)
    fine = gradient_matching_loss(target * tilt(size), target, scales=1)
    coarse = gradient_matching_loss((target * tilt(size))[..., ::2, ::2], target[..., ::2, ::2], 1)
    torch.testing.assert_close(coarse, 2 * fine)
