from dataclasses import replace

import pytest
import torch

from mmwsdepth.benchmarks import affinity
from mmwsdepth.benchmarks.affinity import (
    DIRECT,
    FLOAT_BYTES,
    OURS,
    TEACHER_CHANNELS,
    direct_form,
    forward_backward,
    linear_form,
    pooled_form,
)
from mmwsdepth.benchmarks.memory import peak_of_tensors


def test_the_direct_form_is_the_same_distance_with_the_same_gradient() -> None:
    student = torch.randn(2, 8, 6, 8, dtype=torch.float64, requires_grad=True)
    teacher = torch.randn(2, 5, 6, 8, dtype=torch.float64)
    linear, direct = linear_form(student, teacher), direct_form(student, teacher)
    assert torch.allclose(linear, direct)
    (ours,), (theirs,) = (torch.autograd.grad(form, student) for form in (linear, direct))
    assert torch.allclose(ours, theirs)


def test_the_pooled_form_on_the_whole_grid_is_the_direct_one() -> None:
    student, teacher = torch.randn(2, 8, 6, 8), torch.randn(2, 5, 6, 8)
    whole = direct_form(student, teacher)
    assert torch.allclose(pooled_form(student, teacher, (6, 8)), whole)
    assert not torch.allclose(pooled_form(student, teacher, (2, 2)), whole)


def test_a_direct_form_that_would_not_fit_is_left_out_and_said(setting) -> None:
    setting = replace(setting, memory_limit=0.004)
    (table,) = affinity.run(setting, [(256, 384)], strides=[16, 8], channels=[8], batch=1)
    small, large = table.rows
    assert small[f'{DIRECT} extra'] > small[f'{OURS} extra'] > 0
    assert f'{DIRECT} / ours' not in large
    assert large['positions'] == 32 * 48
    assert [note.split(':')[0] for note in table.notes[1:]] == ['Direct form left out on 32x48']


@pytest.mark.parametrize('channels', [64, 256])
def test_the_linear_form_takes_less_than_twice_the_features_own_memory(setting, channels) -> None:
    peak = peak_of_tensors(forward_backward(linear_form, (60, 80), channels, 2, 'cpu', 0), setting)
    assert peak < 2 * FLOAT_BYTES * 2 * 60 * 80 * (channels + TEACHER_CHANNELS)
