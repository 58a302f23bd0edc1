"""Masked means, and what every loss owes to them."""

import math

import pytest
import torch

from mmwsdepth.models.losses import (
    DepthL1Loss,
    GradientMatchingLoss,
    SILogLoss,
    gradient_matching_loss,
    l1_loss,
    log_l1_loss,
    silog_loss,
)
from mmwsdepth.models.losses.reduce import MIN_DEPTH, log_difference, masked_mean
from mmwsdepth.registry import MODELS

NAN, INF = float('nan'), float('inf')
SIZE = (2, 1, 32, 64)
every_loss = pytest.mark.parametrize(
    'loss', [l1_loss, log_l1_loss, silog_loss, gradient_matching_loss]
)
every_module = pytest.mark.parametrize(
    ('config', 'function'),
    [
        (dict(type='DepthL1Loss'), l1_loss),
        (dict(type='DepthL1Loss', log=True), log_l1_loss),
        (dict(type='SILogLoss'), silog_loss),
        (dict(type='SILogLoss', lam=0.85), lambda p, t: silog_loss(p, t, 0.85)),
        (dict(type='GradientMatchingLoss'), gradient_matching_loss),
        (dict(type='GradientMatchingLoss', scales=2), lambda p, t: gradient_matching_loss(p, t, 2)),
    ],
)


def depth(seed):
    return torch.rand(SIZE, generator=torch.Generator().manual_seed(seed)) * 8 + 0.5


def holes():
    return torch.rand(SIZE, generator=torch.Generator().manual_seed(9)) < 0.4


def value_and_gradient(loss, pred, target):
    pred = pred.clone().requires_grad_()
    value = loss(pred, target)
    return value, *torch.autograd.grad(value, pred)


def test_masked_mean_is_the_mean_of_the_valid_values():
    values, valid = depth(0), ~holes()
    torch.testing.assert_close(masked_mean(values, valid), values[valid].mean())


@pytest.mark.parametrize('garbage', [NAN, INF, -INF])
def test_masked_mean_lets_nothing_invalid_through(garbage):
    values, valid = depth(0), ~holes()
    value, grad = value_and_gradient(masked_mean, values.where(valid, garbage), valid)
    torch.testing.assert_close(value, values[valid].mean())
    torch.testing.assert_close(grad, valid / valid.sum())


def test_log_difference_is_zero_where_invalid_and_bounded_where_depth_is_not_positive():
    pred = torch.tensor([2.0, 0.0, -1.0, NAN])
    target = torch.tensor([1.0, 1.0, 1.0, 1.0])
    got = log_difference(pred, target, torch.tensor([True, True, True, False]))
    floor = math.log(MIN_DEPTH)
    torch.testing.assert_close(got, torch.tensor([math.log(2), floor, floor, 0]))


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_log_difference_of_half_precision_is_taken_in_that_of_the_target(dtype):
    pred, target, valid = depth(0).to(dtype), depth(1), ~holes()
    got = log_difference(pred, target, valid)
    assert got.dtype == torch.float32
    torch.testing.assert_close(got, (pred.float() / target).log() * valid)


@every_loss
def test_an_exact_prediction_costs_nothing_and_has_a_zero_gradient(loss):
    value, grad = value_and_gradient(loss, depth(0), depth(0))
    assert value.item() == pytest.approx(0, abs=1e-9)
    assert (grad == 0).all()


@every_loss
def test_without_measurements_the_loss_is_zero_with_a_zero_gradient(loss):
    value, grad = value_and_gradient(loss, depth(0), torch.zeros(SIZE))
    assert value == 0 and (grad == 0).all()


@every_loss
def test_an_image_without_measurements_leaves_the_others_alone(loss):
    target = depth(1)
    target[1] = 0
    value, grad = value_and_gradient(loss, depth(0), target)
    torch.testing.assert_close(value, loss(depth(0)[:1], target[:1]))
    assert (grad[1] == 0).all() and (grad[0] != 0).any()


@every_loss
@pytest.mark.parametrize('missing', [0.0, NAN, -1.0, -INF])
@pytest.mark.parametrize('garbage', [0.0, NAN, INF, 1e30])
def test_nothing_leaks_from_where_nothing_was_measured(loss, missing, garbage):
    pred, target, invalid = depth(0), depth(1), holes()
    want = value_and_gradient(loss, pred, target.masked_fill(invalid, 0))
    got = value_and_gradient(
        loss, pred.masked_fill(invalid, garbage), target.masked_fill(invalid, missing)
    )
    assert want[0].isfinite() and (want[1] != 0).any()
    torch.testing.assert_close(got, want)
    assert (got[1][invalid] == 0).all()


@every_loss
def test_the_gradient_is_that_of_the_value(loss):
    pred = depth(0)[:1, :, :6, :7].double().requires_grad_()
    target = depth(1)[:1, :, :6, :7].double().masked_fill(holes()[:1, :, :6, :7], 0)
    assert torch.autograd.gradcheck(lambda p: loss(p, target), pred)


@every_loss
def test_a_step_down_the_gradient_lowers_the_loss(loss):
    value, grad = value_and_gradient(loss, depth(0), depth(1))
    assert loss(depth(0) - 1e-3 * grad / grad.abs().max(), depth(1)) < value


@every_module
def test_the_module_is_its_function_times_a_factor(config, function):
    module = MODELS.build(config | dict(type=f'mmwsdepth.{config["type"]}', loss_weight=2.5))
    pred, target = depth(0), depth(1).masked_fill(holes(), 0)
    torch.testing.assert_close(module(pred, target), 2.5 * function(pred, target))


@pytest.mark.parametrize('module', [DepthL1Loss, SILogLoss, GradientMatchingLoss])
def test_a_module_has_no_parameters_and_weighs_one_by_default(module):
    assert module().loss_weight == 1 and not module().state_dict()
