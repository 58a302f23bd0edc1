from dataclasses import replace

import torch

from mmwsdepth.benchmarks import affinity
from mmwsdepth.benchmarks.affinity import DIRECT, OURS, direct_form, linear_form, pooled_form


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
    setting = replace(setting, memory_limit=0.001)
    (table,) = affinity.run(setting, [(128, 192)], strides=[16, 8], channels=[8], batch=1)
    small, large = table.rows
    assert small[f'{DIRECT} extra'] > small[f'{OURS} extra'] > 0
    assert f'{DIRECT} / ours' not in large
    assert large['positions'] == 16 * 24
    assert [note.split(':')[0] for note in table.notes[1:]] == ['Direct form left out on 16x24']
