import pytest
import torch
from mmengine.model import convert_sync_batchnorm
from torch import nn

from mmwsdepth.models.batch_statistics import OwnStatistics, keep_running_statistics


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


def test_a_second_use_has_statistics_of_its_own() -> None:
    network = nn.Sequential(nn.BatchNorm2d(3), nn.BatchNorm2d(3))
    own, x = OwnStatistics(network), torch.randn(4, 3, 5, 5) + 2
    before = {key: value.clone() for key, value in network.state_dict().items()}
    with own.in_use(network):
        network(x)
        inside = network[0].running_mean.clone()
    assert all(
        torch.equal(before[key], network.state_dict()[key]) for key in before if 'num' not in key
    )
    assert torch.equal(own.running_mean_0, inside)
    assert not torch.equal(inside, torch.zeros(3))
    network.eval()
    with own.in_use(network):
        assert not torch.allclose(network(x), x, atol=0.1)
    assert torch.allclose(network(x), x, atol=1e-3)
    assert own.sources(network)['running_var_1'] == '1.running_var'
    assert set(own.sources(network)) == set(own.state_dict())


def test_synchronized_norms_keep_both_statistics() -> None:
    network = nn.Sequential(nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3)).eval()
    own = OwnStatistics(network)
    own.running_mean_0.fill_(0.5)
    x = torch.randn(2, 3, 4, 4)
    with own.in_use(network):
        expected = network(x)
    converted = convert_sync_batchnorm(network).eval()
    assert isinstance(converted[1], nn.SyncBatchNorm)
    with own.in_use(converted):
        assert torch.allclose(converted(x), expected)


def test_statistics_are_given_back_after_an_error() -> None:
    norm = nn.BatchNorm2d(3)
    own, mean = OwnStatistics(norm), norm.running_mean
    with pytest.raises(RuntimeError), own.in_use(norm):
        raise RuntimeError
    assert norm.running_mean is mean
