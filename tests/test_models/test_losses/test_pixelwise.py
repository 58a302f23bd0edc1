import math

import pytest
import torch

from mmwsdepth.models.losses import berhu_loss, l1_loss, log_l1_loss


def row(*values):
    return torch.tensor(values, dtype=torch.float64).view(1, 1, 1, -1)


def berhu_of(errors, threshold=0.2):
    """The loss summed over pixels whose target is 1 m, and its gradient."""
    pred = (1 + row(*errors)).requires_grad_()
    value = berhu_loss(pred, torch.ones_like(pred), threshold) * len(errors)
    return value.item(), torch.autograd.grad(value, pred)[0].flatten().tolist()


def test_l1_is_the_mean_error_in_meters_of_what_was_measured():
    assert l1_loss(row(1, 5, 9), row(2, 3, 0)).item() == pytest.approx(1.5)


def test_log_l1_is_the_mean_error_of_the_logarithm():
    got = log_l1_loss(row(1, 6, 9), row(2, 2, 0)).item()
    assert got == pytest.approx((math.log(2) + math.log(3)) / 2)


def test_log_l1_does_not_depend_on_the_unit():
    pred, target = row(1, 6, 9), row(2, 2, 0)
    torch.testing.assert_close(log_l1_loss(10 * pred, 10 * target), log_l1_loss(pred, target))


def test_pixels_of_all_images_weigh_the_same():
    pred = torch.ones(2, 1, 1, 2)
    target = torch.tensor([[2.0, 0.0], [5.0, 5.0]]).view(2, 1, 1, 2)
    assert l1_loss(pred, target).item() == pytest.approx(3)


def test_berhu_is_linear_up_to_the_threshold_and_square_beyond():
    value, slopes = berhu_of([0.1, -0.2, 0.5, 1.0])
    assert value == pytest.approx(0.1 + 0.2 + (0.25 + 0.04) / 0.4 + (1 + 0.04) / 0.4)
    assert slopes == pytest.approx([1, -1, 0.5 / 0.2, 1 / 0.2])


@pytest.mark.parametrize('threshold', [0.1, 0.2, 0.5])
def test_berhu_is_smooth_at_the_threshold(threshold):
    step = 1e-6
    (below, slope_below), (above, slope_above) = (
        berhu_of([threshold + side * step, 1.0], threshold) for side in (-1, 1)
    )
    assert above - below == pytest.approx(2 * step, rel=1e-3)
    assert slope_below[0] == 1 and slope_above[0] == pytest.approx(1, abs=1e-4)


def test_berhu_is_l1_when_the_threshold_is_the_largest_error():
    pred, target = row(1, 6, 9), row(2, 2, 0)
    torch.testing.assert_close(berhu_loss(pred, target, 1.0), l1_loss(pred, target))


def test_the_largest_error_is_sought_where_depth_was_measured():
    pred, target = row(1.1, 1.5, 2), row(1, 1, 1)
    want = berhu_loss(pred, target) * 3 / 4
    with_hole = berhu_loss(torch.cat([pred, row(1e6)], -1), torch.cat([target, row(0)], -1))
    torch.testing.assert_close(with_hole * 3 / 4, want)
