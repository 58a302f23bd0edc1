from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.config import Config
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmwsdepth.comparison import load_suite
from mmwsdepth.engine.hooks import turns_of
from mmwsdepth.registry import HOOKS, METRICS, MODELS, TRANSFORMS
from tests.conftest import CONFIGS, ROOT, without_pretrained

GRAMMAR = sorted((ROOT / 'configs' / 'wsdepth').glob('*.py'))
ALIASES = [path for path in CONFIGS if len(path.read_text().splitlines()) == 1]
SHIPPED = [*GRAMMAR, *(path for path in CONFIGS if path not in ALIASES)]
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
def test_every_part_of_a_shipped_config_is_built(path: Path) -> None:
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
    model.loss_factors['loss_affinity'] = 1.0
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


@pytest.mark.parametrize('path', ALIASES, ids=_name)
def test_both_views_of_a_config_learn_in_turns_or_as_the_paper_says(path: Path) -> None:
    cfg = Config.fromfile(path)
    model = cfg.model
    if model.get('loss_lr') and model.get('loss_hr') and not model.get('loss_consistency'):
        assert turns_of(cfg) is not None
        assert model.two_views.share < 1 and model.running_stats == 'separate'
    else:
        assert turns_of(cfg) is None
        assert (model.get('two_views') or {}).get('share', 1) == 1
        assert model.get('running_stats', 'hr') == 'hr'


@pytest.mark.parametrize('base', ['wsdepth_kitti.py', 'wsdepth_folder.py'])
def test_the_paper_s_part_fits_a_config_that_trains_at_lr(base: str, tmp_path: Path) -> None:
    path = tmp_path / 'mine.py'
    path.write_text(
        f"_base_ = ['{ROOT}/configs/{base}', '{ROOT}/configs/_base_/models/paper.py']\n"
        "model = _base_.pop('paper')\n"
    )
    model = MODELS.build(without_pretrained(Config.fromfile(path).model))
    assert model.is_active('loss_hr') and model.teacher is not None


def test_supervised_configs_see_hr_truth() -> None:
    for name in ('supervised_rooms.py', 'supervised_nyu.py'):
        cfg = Config.fromfile(ROOT / 'configs' / name)
        types = [t['type'] for t in cfg.train_dataloader.dataset.pipeline]
        assert 'mmwsdepth.DownsampleDepth' not in types
        assert not cfg.get('custom_hooks')
        assert cfg.model.loss_lr is None


@pytest.mark.slow
@pytest.mark.parametrize('path', sorted((ROOT / 'configs' / 'compare').glob('*.py')), ids=_name)
def test_every_variant_of_a_shipped_suite_is_built(path: Path) -> None:
    for variant in load_suite(str(path)):
        model = MODELS.build(without_pretrained(variant.cfg.model))
        assert model.is_active('loss_lr', 'loss_hr')
        for loader in (variant.cfg.train_dataloader, variant.cfg.test_dataloader):
            for transform in loader.dataset.pipeline:
                TRANSFORMS.build(transform)
        for hook in [*variant.cfg.default_hooks.values(), *variant.cfg.custom_hooks]:
            HOOKS.build(hook)


def test_second_stages_at_lr_see_as_many_pixels_at_every_ratio() -> None:
    suite = ROOT / 'configs' / 'compare' / 'rooms.py'
    seen = set()
    for variant in load_suite(str(suite), ['lr, longer', 'r2 lr, longer', 'r8 lr, longer']):
        if variant.starts_from is None:
            continue
        loader = variant.cfg.train_dataloader
        (width, height) = loader.dataset.pipeline[-2].scale
        seen.add(variant.cfg.train_cfg.max_iters * loader.batch_size * width * height)
    assert seen == {1200 * 16 * 64 * 48}


def test_the_recipe_sees_as_many_pixels_as_training_at_hr() -> None:
    suite = ROOT / 'configs' / 'compare' / 'rooms.py'
    for prefix in ('', 'x10 '):
        _, down, default = load_suite(str(suite), [f'{prefix}down', f'{prefix}default'])
        at_hr = down.cfg.train_cfg.max_iters * down.cfg.train_dataloader.batch_size
        turns, views = turns_of(default.cfg), default.cfg.model.two_views
        share = turns.hr_share + (1 - turns.hr_share) / views.ratio**2
        images = default.cfg.train_cfg.max_iters * default.cfg.train_dataloader.batch_size
        assert images * share == at_hr
