import math

import pytest
import torch

from mmwsdepth.models.losses import ResolutionConsistencyLoss, resolution_consistency_loss


def depths():
    generator = torch.Generator().manual_seed(0)
    lr, hr = torch.rand(2, 2, 1, 8, 16, generator=generator) * 8 + 0.5
    return lr.requires_grad_(), hr.requires_grad_()


def test_value_worked_out_by_hand():
    lr = torch.tensor([1.0, 2.0]).view(1, 1, 1, 2)
    hr = torch.tensor([3.0, 1.0]).view(1, 1, 1, 2)
    want = (math.log(3) + math.log(2)) / 2
    assert resolution_consistency_loss(lr, hr).item() == pytest.approx(want)


def test_both_estimates_weigh_the_same():
    lr, hr = depths()
    forth = resolution_consistency_loss(lr, hr)
    back = resolution_consistency_loss(hr, lr)
    torch.testing.assert_close(forth, back)
    for side, other in ((lr, hr), (hr, lr)):
        torch.testing.assert_close(
            torch.autograd.grad(forth, side, retain_graph=True)[0],
            torch.autograd.grad(resolution_consistency_loss(side, other), side)[0],
        )


def test_agreeing_estimates_cost_nothing_and_have_a_zero_gradient():
    lr, _ = depths()
    hr = lr.detach().clone().requires_grad_()
    loss = resolution_consistency_loss(lr, hr)
    assert loss == 0
    assert all((grad == 0).all() for grad in torch.autograd.grad(loss, (lr, hr)))


def test_the_weight_is_a_factor():
    lr, hr = depths()
    weighted = ResolutionConsistencyLoss(loss_weight=0.25)(lr, hr)
    torch.testing.assert_close(weighted, 0.25 * resolution_consistency_loss(lr, hr))


@pytest.mark.parametrize('side', [0, 1])
def test_one_pixel_that_is_no_number_shows(side):
    pair = [depth.detach().clone() for depth in depths()]
    pair[side][0, 0, 0, 0] = math.nan
    assert resolution_consistency_loss(*pair).isnan()
