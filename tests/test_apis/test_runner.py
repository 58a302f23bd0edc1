from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from mmwsdepth.apis.runner import build_runner, fit_to_hardware, load_config
from tests.conftest import ROOT


def test_the_work_directory_is_named_after_the_config() -> None:
    cfg = load_config('mmwsdepth::wsdepth_nyu.py', options={'model.sensor': 'min'})
    assert cfg.work_dir == 'work_dirs/wsdepth_nyu'
    assert cfg.model.sensor == 'min'
    assert load_config(str(ROOT / 'configs' / 'wsdepth_nyu.py'), 'here').work_dir == 'here'


def test_one_option_moves_every_data_set(tmp_path: Path) -> None:
    cfg = load_config('mmwsdepth::wsdepth_rooms.py', data_root=str(tmp_path))
    datasets = [cfg[f'{name}_dataloader'].dataset for name in ('train', 'val', 'test')]
    datasets += [e.dataset for e in [*cfg.val_evaluator, *cfg.test_evaluator] if 'dataset' in e]
    assert len(datasets) == 5
    assert {dataset.data_root for dataset in datasets} == {str(tmp_path)}


def test_a_missing_config_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r'nothing\.py: no such config file'):
        load_config(str(tmp_path / 'nothing.py'))


def _amp_config() -> Config:
    return Config(
        dict(sync_bn='torch', optim_wrapper=dict(type='AmpOptimWrapper', loss_scale='dynamic'))
    )


def test_without_cuda_mixed_precision_and_synchronized_norms_are_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    cfg = _amp_config()
    fit_to_hardware(cfg)
    assert cfg.optim_wrapper == dict(type='OptimWrapper')
    assert cfg.sync_bn is None


def test_with_cuda_the_config_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    cfg = _amp_config()
    fit_to_hardware(cfg)
    assert cfg.to_dict() == _amp_config().to_dict()


def test_a_default_hook_that_is_none_is_off_whoever_it_is_of(tiny_config, rooms_root) -> None:
    cfg = tiny_config(default_hooks__alternation=None, default_hooks__param_scheduler=None)
    hooks = {type(hook).__name__ for hook in build_runner(cfg).hooks}
    assert not hooks & {'AlternatingBranchesHook', 'ParamSchedulerHook'}
    assert {'AffinityDistillationHook', 'LoggerHook'} <= hooks


def test_without_loading_workers_nothing_is_asked_of_them(tiny_config) -> None:
    cfg = tiny_config(
        train_dataloader__persistent_workers=True, train_dataloader__prefetch_factor=4
    )
    cfg.val_dataloader.update(num_workers=2, persistent_workers=True)
    runner = build_runner(cfg)
    assert cfg.val_dataloader.persistent_workers
    assert runner.build_dataloader(cfg.train_dataloader, seed=0).num_workers == 0
