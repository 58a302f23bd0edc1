import sys

import pytest
import torch
import torch.nn.functional as F

from mmwsdepth.functional import affinity_distance

N, C, D, LENGTH = 3, 5, 7, 24


def features(channels, dtype=torch.float64, seed=0, length=LENGTH):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(N, channels, length, dtype=dtype, generator=generator).requires_grad_()


def mask(seed=1):
    return torch.rand(N, LENGTH, generator=torch.Generator().manual_seed(seed)) > 0.4


def direct(student, teacher, valid=None):
    """The definition, with both L x L matrices and without the masked positions."""
    valid = torch.ones(N, LENGTH, dtype=torch.bool) if valid is None else valid
    distances = []
    for s, t, v in zip(student, teacher, valid, strict=True):
        s, t = F.normalize(s[:, v], dim=0), F.normalize(t[:, v], dim=0)
        distances.append((s.T @ s - t.T @ t).square().sum() / max(int(v.sum()), 1) ** 2)
    return torch.stack(distances).mean()


def value_and_gradients(function, student, teacher, *args):
    value = function(student, teacher, *args)
    return value, *torch.autograd.grad(value, (student, teacher))


@pytest.mark.parametrize('valid', [None, mask()], ids=['all', 'masked'])
def test_agrees_with_the_direct_form_in_value_and_gradient(valid):
    inputs = features(C, seed=2), features(D, seed=3)
    got = value_and_gradients(affinity_distance, *inputs, valid)
    want = value_and_gradients(direct, *inputs, valid)
    assert want[0] > 0.01
    torch.testing.assert_close(got, want, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize('valid', [None, mask()], ids=['all', 'masked'])
def test_the_gradient_is_that_of_the_value(valid):
    inputs = features(C, seed=2), features(D, seed=3)
    assert torch.autograd.gradcheck(lambda s, t: affinity_distance(s, t, valid), inputs)


@pytest.mark.parametrize('valid', [None, mask()], ids=['all', 'masked'])
@pytest.mark.parametrize('size', [1, 7, 2 * LENGTH])
def test_pieces_add_up(monkeypatch, valid, size):
    inputs = features(C, seed=2), features(D, seed=3)
    want = value_and_gradients(affinity_distance, *inputs, valid)
    module = sys.modules[affinity_distance.__module__]
    monkeypatch.setattr(module, 'PIECE', size * (C + D))
    monkeypatch.setattr(module, 'ROWS', 5)
    got = value_and_gradients(affinity_distance, *inputs, valid)
    torch.testing.assert_close(got, want)


@pytest.mark.parametrize('wanted', [0, 1], ids=['student', 'teacher'])
def test_one_gradient_alone_is_the_same_as_beside_the_other(wanted):
    inputs = [features(C, seed=2), features(D, seed=3)]
    want = value_and_gradients(affinity_distance, *inputs, mask())[1 + wanted]
    inputs[1 - wanted] = inputs[1 - wanted].detach()
    affinity_distance(*inputs, mask()).backward()
    assert inputs[1 - wanted].grad is None
    torch.testing.assert_close(inputs[wanted].grad, want)


def test_a_second_derivative_is_refused():
    student, teacher = features(C), features(D, seed=1)
    value = affinity_distance(student, teacher)
    with pytest.raises(NotImplementedError, match='only once: leave create_graph out'):
        torch.autograd.grad(value, student, create_graph=True)


def test_the_order_of_features_in_memory_changes_nothing():
    student, teacher = features(C), features(D, seed=1)
    want = value_and_gradients(affinity_distance, student, teacher, mask())
    turned = [x.detach().mT.contiguous().mT.requires_grad_() for x in (student, teacher)]
    torch.testing.assert_close(value_and_gradients(affinity_distance, *turned, mask()), want)


@pytest.mark.parametrize('garbage', [1e3, float('nan'), float('inf')])
def test_masked_positions_have_no_influence_and_no_gradient(garbage):
    student, teacher, valid = features(C), features(D, seed=1), mask()
    other = student.detach().where(valid[:, None], garbage).requires_grad_()
    want = value_and_gradients(affinity_distance, student, teacher, valid)
    got = value_and_gradients(affinity_distance, other, teacher, valid)
    torch.testing.assert_close(got, want)
    assert (got[1].movedim(1, -1)[~valid] == 0).all()
    assert (got[2].movedim(1, -1)[~valid] == 0).all()
    assert (got[1].movedim(1, -1)[valid] != 0).any()


def test_scaling_each_position_changes_nothing():
    student, teacher = features(C), features(D, seed=1)
    scale = torch.rand(N, 1, LENGTH, dtype=torch.float64) * 100 + 0.01
    want = affinity_distance(student, teacher)
    torch.testing.assert_close(affinity_distance(student * scale, teacher), want)
    torch.testing.assert_close(affinity_distance(student, teacher * scale), want)


def test_rotating_the_channels_changes_nothing():
    student, teacher = features(C), features(D, seed=1)
    rotation = torch.linalg.qr(torch.randn(C, C, dtype=torch.float64)).Q
    want = affinity_distance(student, teacher)
    torch.testing.assert_close(affinity_distance(rotation @ student, teacher), want)
    assert affinity_distance(student, rotation @ student).abs() < 1e-12


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_equal_features_are_at_distance_zero(dtype):
    student = features(C, dtype)
    assert affinity_distance(student, student.detach().clone()).abs() < 1e-6


def test_opposite_positions_are_at_the_known_distance():
    student = torch.tensor([[[1.0, 1.0]]])
    teacher = torch.tensor([[[1.0, -1.0]]])
    assert affinity_distance(student, teacher).item() == pytest.approx(2.0)


def test_an_empty_mask_gives_zero_with_zero_gradient():
    empty = torch.zeros(N, LENGTH, dtype=torch.bool)
    value, *grads = value_and_gradients(affinity_distance, features(C), features(D), empty)
    assert value == 0
    assert all((grad == 0).all() for grad in grads)


def test_an_empty_image_counts_as_zero_and_leaves_the_others_alone():
    student, teacher, valid = features(C), features(D, seed=1), mask()
    valid[0] = False
    got = value_and_gradients(affinity_distance, student, teacher, valid)
    torch.testing.assert_close(got, value_and_gradients(direct, student, teacher, valid))


def test_a_zero_vector_is_like_nothing_and_gets_no_gradient():
    student, teacher = features(C, torch.float32), features(D, torch.float32, seed=1)
    with torch.no_grad():
        student[:, :, 4] = 0
    value, grad, _ = value_and_gradients(affinity_distance, student, teacher)
    torch.testing.assert_close(value, direct(student, teacher))
    assert (grad[:, :, 4] == 0).all() and 0 < grad.abs().max() < 1


def test_autocast_does_not_lower_the_precision():
    inputs = features(C, torch.float32), features(D, torch.float32, seed=1)
    want = value_and_gradients(affinity_distance, *inputs, mask())
    with torch.autocast('cpu', dtype=torch.bfloat16):
        got = value_and_gradients(affinity_distance, *inputs, mask())
    assert got[0].dtype == torch.float32
    torch.testing.assert_close(got, want, rtol=0, atol=0)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision_of_large_magnitude_does_not_overflow(dtype):
    student = (features(C, torch.float32).detach() * 1e4).to(dtype).requires_grad_()
    teacher = (features(D, torch.float32, seed=1).detach() * 1e4).to(dtype).requires_grad_()
    value, *grads = value_and_gradients(affinity_distance, student, teacher)
    assert value.dtype == torch.float32
    full = [x.detach().float().requires_grad_() for x in (student, teacher)]
    want, *want_grads = value_and_gradients(affinity_distance, *full)
    torch.testing.assert_close(value, want)
    torch.testing.assert_close(grads, [grad.to(dtype) for grad in want_grads])


def test_memory_is_linear_in_the_number_of_positions():
    # One pair-wise matrix of these would take 160 GB.
    student = features(2, torch.float32, length=200_000)
    teacher = features(3, torch.float32, seed=1, length=200_000)
    value, grad, _ = value_and_gradients(affinity_distance, student, teacher)
    assert value > 0 and grad.isfinite().all()
