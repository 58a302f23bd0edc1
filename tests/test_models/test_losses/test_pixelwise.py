import math

import pytest
import torch

from mmwsdepth.models.losses import l1_loss, log_l1_loss


def row(*values):
    return torch.tensor(values, dtype=torch.float64).view(1, 1, 1, -1)


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
