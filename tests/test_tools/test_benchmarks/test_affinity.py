import torch
from benchmarks import affinity
from benchmarks.affinity import direct_form, linear_form, pooled_form


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


def test_a_direct_form_that_would_not_fit_is_left_out(setting, monkeypatch) -> None:
    monkeypatch.setattr(affinity, 'LARGEST_MATRIX', 2 * 4 * 100**2)
    monkeypatch.setattr(affinity, 'POOLED_GRIDS', ((2, 2),))
    (table,) = affinity.run(setting, [(64, 96)], strides=[8, 4], channels=[8])
    small, large = table.rows
    assert small['positions'] == 8 * 12 and large['positions'] == 16 * 24
    assert small['direct / ours'].value > 0 and large['direct / ours'] is None
    assert large['pooled to 2x2 / ours'].value > 0
