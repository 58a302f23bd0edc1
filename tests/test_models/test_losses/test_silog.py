import math

import pytest
import torch

from mmwsdepth.models.losses import SILogLoss, silog_loss

EPS = 1e-6
LAMBDAS = [0.0, 0.5, 0.85, 1.0]


def target_map():
    return torch.rand(2, 1, 32, 64, generator=torch.Generator().manual_seed(0)) * 2 + 0.5


def smoothed(square):
    return math.sqrt(square + EPS) - math.sqrt(EPS)


@pytest.mark.parametrize('lam', LAMBDAS)
def test_value_worked_out_by_hand(lam):
    # Log errors of 1 and 3: mean square 5, squared mean 4.
    target = torch.tensor([[[[2.0, 0.5, 0.0]]]])
    pred = torch.tensor([[[[2 * math.e, 0.5 * math.e**3, 9.0]]]])
    want = smoothed(5 - 4 * lam)
    assert silog_loss(pred, target, lam).item() == pytest.approx(want, rel=1e-5)
    assert SILogLoss(lam)(pred, target).item() == pytest.approx(want, rel=1e-5)


def test_per_image_a_scale_is_forgiven_to_each_image_and_not_to_the_batch():
    target = target_map()
    pred = target * torch.tensor([0.5, 2.0]).view(2, 1, 1, 1)
    log2 = math.log(2)
    assert silog_loss(pred, target, 1.0, per_image=True).item() == pytest.approx(0, abs=1e-3)
    assert silog_loss(pred, target, 1.0).item() == pytest.approx(smoothed(log2**2), rel=1e-4)
    each = [silog_loss(pred[i : i + 1], target[i : i + 1]) for i in range(2)]
    want = torch.stack(each).mean()
    torch.testing.assert_close(SILogLoss(per_image=True)(pred, target), want)


def test_per_image_an_image_without_measurements_costs_nothing():
    target = target_map()
    target[0] = 0
    pred = (1.5 * target_map().flip(-1)).requires_grad_()
    loss = silog_loss(pred, target, per_image=True)
    torch.testing.assert_close(loss, silog_loss(pred[1:], target[1:]) / 2)
    loss.backward()
    assert (pred.grad[0] == 0).all() and pred.grad[1].abs().sum() > 0


@pytest.mark.parametrize('lam', LAMBDAS)
@pytest.mark.parametrize('scale', [2e-3, 0.01, 0.5, 37.0, 1000.0])
def test_lambda_is_the_share_of_a_wrong_scale_that_is_forgiven(lam, scale):
    target = target_map().requires_grad_()
    loss = silog_loss(target * scale, target.detach(), lam)
    want = smoothed((1 - lam) * math.log(scale) ** 2)
    assert loss.item() == pytest.approx(want, rel=1e-4, abs=1e-6)
    loss.backward()
    assert target.grad.isfinite().all()


def test_with_lambda_one_the_scale_of_either_side_is_free():
    pred, target = target_map().flip(-1), target_map()
    want = silog_loss(pred, target, 1.0)
    for factor in (0.1, 3, 50):
        torch.testing.assert_close(silog_loss(factor * pred, target, 1.0), want)
        torch.testing.assert_close(silog_loss(pred, factor * target, 1.0), want)


def test_more_lambda_costs_less():
    losses = [silog_loss(1.5 * target_map().flip(-1), target_map(), lam) for lam in LAMBDAS]
    assert losses == sorted(losses, reverse=True) and losses[0] > losses[-1] > 0


def test_the_gradient_stays_bounded_close_to_zero_error():
    pred = (target_map() * (1 + 1e-6)).requires_grad_()
    silog_loss(pred, target_map()).backward()
    assert pred.grad.isfinite().all() and pred.grad.abs().sum() < 10
