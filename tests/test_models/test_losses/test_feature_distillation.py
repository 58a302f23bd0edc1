import pytest
import torch

from mmwsdepth.models.losses import (
    AttentionLoss,
    FeatureL2Loss,
    attention_loss,
    feature_l2_loss,
)


def test_attention_ignores_which_channel_is_strong_and_the_overall_strength() -> None:
    student = torch.rand(2, 4, 6, 8)
    teacher = 3 * student[:, torch.tensor([2, 0, 3, 1])]
    assert attention_loss(student, teacher) < 1e-10
    assert attention_loss(student, torch.rand(2, 4, 6, 8)) > 1e-3


def test_l2_ignores_the_overall_strength_but_not_which_channel_is_strong() -> None:
    student = torch.rand(2, 4, 6, 8)
    assert feature_l2_loss(student, 3 * student) < 1e-10
    assert feature_l2_loss(student, student.flip(1)) > 1e-2


@pytest.mark.parametrize('loss', [attention_loss, feature_l2_loss])
def test_unmeasured_positions_have_no_influence(loss) -> None:
    student, teacher = torch.rand(1, 4, 8, 8, requires_grad=True), torch.rand(1, 4, 4, 4)
    valid = torch.ones(1, 1, 8, 8, dtype=torch.bool)
    valid[..., :4] = False
    value = loss(student, teacher, valid)
    value.backward()
    assert (student.grad[..., :4] == 0).all()
    assert (student.grad[..., 4:] != 0).any()
    changed = teacher.clone()
    changed[..., :2] = 9
    assert torch.allclose(loss(student, changed, valid), value)
    assert loss(student, teacher, torch.zeros_like(valid)).isfinite()


@pytest.mark.parametrize(
    'module', [AttentionLoss(loss_weight=2.0), FeatureL2Loss([4, 6], [3, 5], loss_weight=2.0)]
)
def test_the_modules_take_the_affinity_losss_place(module) -> None:
    student = [torch.rand(2, 4, 8, 8, requires_grad=True), torch.rand(2, 6, 4, 4)]
    teacher = [torch.rand(2, 3, 8, 8, requires_grad=True), torch.rand(2, 5, 4, 4)]
    module(student, teacher, torch.ones(2, 1, 8, 8) > 0).backward()
    assert student[0].grad.abs().sum() > 0
    assert teacher[0].grad is None
    assert all(p.grad is not None for p in module.parameters())
