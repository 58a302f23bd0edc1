import pytest
import torch

from mmwsdepth.models.losses import SumLoss, log_l1_loss, silog_loss


def test_losses_add_up_with_their_own_weights() -> None:
    pred, target = 1 + torch.rand(2, 1, 8, 8), 1 + torch.rand(2, 1, 8, 8)
    total = SumLoss(
        [
            dict(type='mmwsdepth.SILogLoss', loss_weight=0.5),
            dict(type='mmwsdepth.DepthL1Loss', log=True, loss_weight=2.0),
        ]
    )(pred, target)
    expected = 0.5 * silog_loss(pred, target) + 2 * log_l1_loss(pred, target)
    assert torch.allclose(total, expected)


def test_nothing_to_add_up_is_refused() -> None:
    with pytest.raises(ValueError, match='nothing to add up'):
        SumLoss([])
