from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from mmengine.config import Config
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmwsdepth.comparison import load_suite
from mmwsdepth.diagnosis import count_branches
from mmwsdepth.registry import HOOKS, METRICS, MODELS, TRANSFORMS
from tests.conftest import CONFIGS, ROOT, without_pretrained
from tests.shrunk.shrink import shrink

GRAMMAR = sorted((ROOT / 'configs' / 'wsdepth').glob('*.py'))
ALIASES = [path for path in CONFIGS if len(path.read_text().splitlines()) == 1]
ABLATIONS = sorted((ROOT / 'configs' / 'ablation').glob('*.py'))
SHIPPED = [*GRAMMAR, *ABLATIONS, *(path for path in CONFIGS if path not in ALIASES)]
METHOD = [path for path in SHIPPED if path.name.startswith('wsdepth_')]
BASE_MODELS = sorted((ROOT / 'configs' / '_base_' / 'models').glob('wsdepth_*.py'))


def _name(path: Path) -> str:
    return path.stem


def _types(node: Any) -> Iterator[Any]:
    if isinstance(node, dict) and 'type' in node:
        yield node['type']
    if isinstance(node, dict | list | tuple):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _types(child)


@pytest.mark.parametrize('path', SHIPPED, ids=_name)
def test_every_part_of_a_shipped_config_is_built(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('torch.nn.init.kaiming_uniform_', lambda tensor, **_: tensor)
    cfg = Config.fromfile(path)
    model = MODELS.build(without_pretrained(cfg.model))
    assert any(p.requires_grad for p in model.parameters())
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        for transform in loader.dataset.pipeline:
            TRANSFORMS.build(transform)
    for evaluator in (cfg.val_evaluator, cfg.test_evaluator):
        for metric in evaluator if isinstance(evaluator, list) else [evaluator]:
            METRICS.build(metric)
    for hook in [*cfg.default_hooks.values(), *cfg.get('custom_hooks', [])]:
        if hook is not None:
            HOOKS.build(hook)


@pytest.mark.parametrize('path', SHIPPED, ids=_name)
def test_our_types_carry_our_scope_and_mmsegs_theirs(path: Path) -> None:
    kinds = [kind for kind in _types(Config.fromfile(path)._cfg_dict) if isinstance(kind, str)]
    assert kinds
    for kind in kinds:
        if any(word in kind for word in ('RGBD', 'Depth', 'ResNet', 'Swin', 'Mix', 'IBims')):
            assert kind.startswith(('mmwsdepth.', 'mmseg.')), kind


@pytest.mark.parametrize('path', ALIASES, ids=_name)
def test_a_short_name_is_a_long_one(path: Path) -> None:
    name = path.read_text().partition("'./wsdepth/")[2].partition("'")[0]
    assert name in {long.name for long in GRAMMAR}


@pytest.mark.parametrize('path', BASE_MODELS, ids=_name)
def test_every_base_model_takes_a_step(path: Path) -> None:
    model = MODELS.build(without_pretrained(Config.fromfile(path).model)).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    before = torch.cat([p.detach().flatten() for p in model.parameters()]).clone()
    samples = []
    for _ in range(2):
        samples.append(SegDataSample())
        samples[-1].gt_depth_map = PixelData(data=1 + torch.rand(1, 32, 32))
    losses = model(torch.randn(2, 3, 64, 64), samples, mode='loss')
    sum(losses.values()).backward()
    assert all(p.grad is not None for p in model.parameters() if p.requires_grad)
    optimizer.step()
    after = torch.cat([p.detach().flatten() for p in model.parameters()])
    assert after.isfinite().all()
    assert not torch.equal(before, after)


TAUGHT = {'loss_affinity', 'loss_teacher'}
ALTERNATING = [{'loss_hr', 'loss_consistency'} | TAUGHT, {'loss_lr'} | TAUGHT]
LOSSES = {'loss_lr', 'loss_hr', 'loss_consistency', 'loss_affinity', 'loss_teacher'}


def _logged(path: Path) -> list[set[str]]:
    """What each of two iterations of a config logs at tiny widths, as its hooks let them."""
    cfg = Config.fromfile(path)
    shrink(cfg.model.get('student'))
    model = MODELS.build(without_pretrained(cfg.model)).train()
    sample = SegDataSample()
    sample.gt_depth_map = PixelData(data=1 + torch.rand(1, 16, 16))
    runner = SimpleNamespace(model=model, max_iters=cfg.train_cfg.max_iters, hooks=[])
    runner.optim_wrapper = torch.optim.SGD(model.parameters(), lr=0.1)
    configured = (cfg.default_hooks.get(name) for name in ('alternation', 'distillation'))
    hooks = [HOOKS.build(hook) for hook in configured if hook]
    for hook in hooks:
        hook.before_train(runner)
    logged = []
    for runner.iter in range(2):
        for hook in hooks:
            hook.before_train_iter(runner, runner.iter)
        logged.append(set(model(torch.randn(2, 3, 64, 64), [sample, sample], mode='loss')))
    return logged


@pytest.mark.parametrize('path', METHOD, ids=_name)
def test_every_training_config_trains_the_whole_method(path: Path) -> None:
    cfg = Config.fromfile(path)
    assert cfg.model.type == 'mmwsdepth.WSDepthEstimator'
    assert _logged(path) == ALTERNATING


@pytest.mark.parametrize(
    ('name', 'logged'),
    [
        ('rooms_without_affinity', [losses - TAUGHT for losses in ALTERNATING]),
        ('rooms_without_alternation', [LOSSES] * 2),
        ('rooms_without_consistency', [losses - {'loss_consistency'} for losses in ALTERNATING]),
        ('rooms_without_hr_loss', [LOSSES - {'loss_hr'}] * 2),
        ('rooms_without_lr_loss', [LOSSES - {'loss_lr'}] * 2),
    ],
)
def test_an_ablation_removes_what_its_name_says(name: str, logged: list[set[str]]) -> None:
    path = ROOT / 'configs' / 'ablation' / f'{name}.py'
    assert path in ABLATIONS
    assert _logged(path) == logged


def test_all_ablations_are_tested() -> None:
    assert len(ABLATIONS) == 5


def test_supervised_configs_see_hr_truth() -> None:
    for name in ('supervised_rooms.py', 'supervised_nyu.py'):
        cfg = Config.fromfile(ROOT / 'configs' / name)
        types = [t['type'] for t in cfg.train_dataloader.dataset.pipeline]
        assert 'mmwsdepth.DownsampleDepth' not in types
        assert _logged(ROOT / 'configs' / name) == [{'loss_hr'}] * 2


SUITES = sorted((ROOT / 'configs' / 'compare').glob('*.py'))


@pytest.mark.slow
@pytest.mark.parametrize('path', SUITES, ids=_name)
def test_every_variant_of_a_shipped_suite_is_built(path: Path) -> None:
    for variant in load_suite(str(path)):
        MODELS.build(without_pretrained(variant.cfg.model))
        for loader in (variant.cfg.train_dataloader, variant.cfg.test_dataloader):
            for transform in loader.dataset.pipeline:
                TRANSFORMS.build(transform)
        for hook in variant.cfg.default_hooks.values():
            if hook:
                HOOKS.build(hook)


def test_rows_of_a_budget_cost_the_same() -> None:
    names = [f'r8 long {row}' for row in ('HR loss alone', 'whole method', 'both branches at once')]
    for variant in load_suite(str(SUITES[-1]), names):
        cfg, size = variant.cfg, variant.cfg.train_dataloader.dataset.size
        without_pretrained(cfg.model)
        macs = dict.fromkeys(('student on HR', 'student on LR', 'teacher'), 0)
        macs |= {branch.name: branch.macs for branch in count_branches(cfg, tuple(size), 8)}
        hr, lr, teacher = macs.values()
        image = 3 * hr  # forward, backward to the inputs and to the weights
        step = image + 3 * lr + 4 * teacher
        if lr and cfg.default_hooks.get('alternation'):
            step = (image + 3 * lr + lr) / 2 + 4 * teacher
        images = cfg.train_cfg.max_iters * cfg.train_dataloader.batch_size * step / image
        assert images == pytest.approx(variant.images, rel=0.03), variant.name
