import copy
from collections.abc import Callable

import pytest
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from torch import Tensor, nn

from mmwsdepth.models.recompute import recompute, take_over_recomputation
from mmwsdepth.registry import MODELS

STUDENTS = {
    'lite': (dict(type='mmwsdepth.EfficientNetLite', out_indices=(0, 1, 2)), [16, 24, 40]),
    'resnet': (
        dict(type='mmseg.ResNet', depth=18, num_stages=3, strides=(1, 2, 2),
             dilations=(1, 1, 1), out_indices=(0, 1, 2)),
        [64, 128, 256],
    ),
}  # fmt: skip
LOSS = dict(type='mmwsdepth.SILogLoss')


def _model(name: str, with_cp: bool) -> nn.Module:
    backbone, channels = STUDENTS[name]
    head = dict(type='mmwsdepth.DepthHead', in_channels=channels, channels=8, with_cp=with_cp)
    student = dict(
        type='mmseg.DepthEstimator', backbone=dict(backbone, with_cp=with_cp), decode_head=head
    )
    cfg = dict(type='mmwsdepth.WSDepthEstimator', student=student, loss_lr=LOSS, loss_hr=LOSS)
    return MODELS.build(cfg | dict(min_lr_side=8)).train()


def _step(model: nn.Module) -> dict[str, Tensor]:
    sample = SegDataSample()
    sample.gt_depth_map = PixelData(data=1 + torch.arange(128.0).view(1, 8, 16) / 32)
    image = torch.linspace(-2, 2, 2 * 3 * 32 * 64).sin().view(2, 3, 32, 64)
    losses = model.loss(image, [sample, sample])
    sum(losses.values()).backward()
    return {name: p.grad for name, p in model.named_parameters()}


@pytest.mark.parametrize('name', list(STUDENTS))
def test_gradients_and_running_statistics_are_those_of_the_plain_step(name: str) -> None:
    plain, ours = (_model(name, with_cp) for with_cp in (False, True))
    ours.load_state_dict(plain.state_dict())
    expected, found = _step(plain), _step(ours)
    assert expected.keys() == found.keys()
    for key, gradient in expected.items():
        assert torch.allclose(found[key], gradient, rtol=1e-4, atol=1e-6), key
    running = {k: v for k, v in plain.state_dict().items() if 'running' in k}
    assert running
    for key, value in running.items():
        assert torch.allclose(ours.state_dict()[key], value), key


def _kept(model: nn.Module) -> int:
    """Bytes of different storages that the backward pass will need, weights left out."""
    weights = {p.untyped_storage().data_ptr() for p in model.parameters()}
    kept: dict[int, int] = {}

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        depth = model.estimate(torch.randn(2, 3, 64, 96)).depth
    assert depth.requires_grad
    return sum(kept.values())


@pytest.mark.parametrize('name', list(STUDENTS))
def test_less_is_kept_for_the_backward_pass(name: str) -> None:
    plain, ours = _kept(_model(name, False)), _kept(_model(name, True))
    assert ours < 0.6 * plain


class _Block(nn.Module):
    def __init__(self, inner: nn.Module | None = None, with_cp: bool = True) -> None:
        super().__init__()
        self.norm, self.inner, self.with_cp = nn.BatchNorm2d(2), inner, with_cp
        self.calls = 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        x = self.norm(x).sin()
        return x if self.inner is None else self.inner(x)


def _backward(block: Callable[[Tensor], Tensor]) -> None:
    block(torch.randn(2, 2, 4, 4, requires_grad=True)).sum().backward()


def test_only_the_innermost_of_nested_blocks_runs_twice() -> None:
    network = _Block(_Block())
    take_over_recomputation(network)
    _backward(network)
    assert (network.calls, network.inner.calls) == (1, 2)
    assert not any(m.with_cp for m in (network, network.inner))


def test_blocks_that_do_not_ask_for_it_are_left_alone() -> None:
    block = _Block(with_cp=False)
    take_over_recomputation(block)
    _backward(block)
    assert block.calls == 1


def test_without_gradients_nothing_runs_twice() -> None:
    block = _Block()
    recompute(block)
    with torch.no_grad():
        block(torch.randn(2, 2, 4, 4))
    assert block.calls == 1


def test_a_copy_computes_with_its_own_weights() -> None:
    block = _Block()
    recompute(block)
    other = copy.deepcopy(block)
    _backward(other)
    assert other.norm.weight.grad is not None
    assert block.norm.weight.grad is None
    assert (block.calls, other.calls) == (0, 2)


def test_the_running_mean_moves_once_a_step() -> None:
    block = _Block()
    recompute(block)
    x = torch.ones(2, 2, 4, 4, requires_grad=True)
    means = [block.norm.running_mean.clone()]
    for _ in range(2):
        block(x).sum().backward()
        means.append(block.norm.running_mean.clone())
    assert torch.allclose(means[1], torch.full((2,), 0.1))
    assert torch.allclose(means[2], torch.full((2,), 0.19))
