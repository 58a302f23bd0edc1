import pytest
import torch
from torch import nn

from mmwsdepth.models.estimators.batch_statistics import keep_running_statistics


@pytest.mark.parametrize('keep', [True, False])
def test_the_running_mean_moves_only_outside_the_context(keep: bool) -> None:
    norm = nn.BatchNorm2d(3)
    x = torch.randn(4, 3, 5, 5) + 2
    with keep_running_statistics(norm, keep):
        inside = norm(x)
    assert torch.equal(norm.running_mean, torch.zeros(3)) == keep
    assert norm.momentum == 0.1
    assert torch.allclose(inside, norm(x))
    assert not torch.equal(norm.running_mean, torch.zeros(3))


def test_momentum_is_restored_after_an_error() -> None:
    norm = nn.BatchNorm2d(3, momentum=0.3)
    with pytest.raises(RuntimeError), keep_running_statistics(norm):
        raise RuntimeError
    assert norm.momentum == 0.3
