"""From a config file to a runner that fits the machine."""

import logging
import os
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.logging import MMLogger, print_log
from mmengine.registry import RUNNERS
from mmengine.runner import Runner
from torch import distributed

from mmwsdepth.config_lookup import resolve_config
from mmwsdepth.engine.hooks import DataCheckHook

from .terminal import import_quietly, keep_setup_off_terminal
from .weights import FittingWeightsHook

MMENGINE_HOOKS = (
    'runtime_info', 'timer', 'sampler_seed', 'logger', 'param_scheduler', 'checkpoint',
)  # fmt: skip


def load_config(
    path: str | Config,
    work_dir: str | None = None,
    options: dict[str, Any] | None = None,
    data_root: str | None = None,
) -> Config:
    """Read a config file.

    Args:
        path: A path, or `mmwsdepth::NAME.py` for a config that travels with the package; or a
            config with a `work_dir`.
        work_dir: Where to write; by default what the config says, else `work_dirs/NAME`.
        options: Values by dotted key that override the file's.
        data_root: Folder of the data, for every data set that the config names.

    Raises:
        FileNotFoundError: There is no such file.
    """
    if isinstance(path, Config):
        cfg = path
    else:
        file = resolve_config(path)
        if not Path(file).is_file():
            raise FileNotFoundError(f'{file}: no such config file')
        cfg = Config.fromfile(file)
    if options:
        cfg.merge_from_dict(options)
    if data_root:
        _set_data_root(cfg._cfg_dict, data_root)
    cfg.work_dir = work_dir or cfg.get('work_dir') or f'work_dirs/{Path(cfg.filename).stem}'
    return cfg


def _set_data_root(node: Any, data_root: str) -> None:
    children = node.values() if isinstance(node, dict) else node
    if isinstance(node, dict) and 'type' in node and 'data_root' in node:
        node['data_root'] = data_root
    for child in children:
        if isinstance(child, dict | list):
            _set_data_root(child, data_root)


def fit_to_hardware(cfg: Config) -> None:
    """Turn off what cannot be.

    Without CUDA that is mixed precision and synchronized norms; without loading workers, what keeps
    them alive and ahead.

    Args:
        cfg: Changed in place.
    """
    for loader in (cfg.get(f'{name}_dataloader') for name in ('train', 'val', 'test')):
        if loader and loader.get('num_workers') == 0:
            for key in ('persistent_workers', 'prefetch_factor', 'multiprocessing_context'):
                loader.pop(key, None)
    if torch.cuda.is_available():
        return
    cfg.sync_bn = None
    wrapper = cfg.get('optim_wrapper')
    if wrapper and wrapper.type == 'AmpOptimWrapper':
        print_log('no CUDA: training in float32 instead of AMP', 'current', logging.WARNING)
        wrapper.type = 'OptimWrapper'
        for key in ('loss_scale', 'dtype', 'use_fsdp'):
            wrapper.pop(key, None)


def start_processes(cfg: Config, launcher: str) -> None:
    """Join the process group, with gloo where MMEngine's launcher would ask for CUDA.

    Args:
        cfg: Gets `launcher`, and without CUDA a model wrapper that asks for no device.
        launcher: 'none', 'pytorch' (torchrun), 'slurm' or 'mpi'.
    """
    cfg.launcher = launcher
    if launcher == 'pytorch' and not torch.cuda.is_available():
        distributed.init_process_group('gloo')
        cfg.model_wrapper_cfg = dict(
            type='MMDistributedDataParallel',
            device_ids=None,
            broadcast_buffers=False,
            find_unused_parameters=cfg.get('find_unused_parameters', False),
        ) | (cfg.get('model_wrapper_cfg') or {})


def drop_disabled_hooks(cfg: Config) -> None:
    """Take `NAME=None` out of `default_hooks`, which MMEngine allows for its own hooks alone.

    Args:
        cfg: Changed in place.
    """
    hooks = cfg.get('default_hooks') or {}
    for name in [name for name, hook in hooks.items() if hook is None]:
        if name not in MMENGINE_HOOKS:
            del hooks[name]


def build_runner(cfg: Config, launcher: str = 'none') -> Runner:
    """Build MMEngine's runner, or the one that the config names as `runner_type`.

    It gets a `DataCheckHook`.

    Args:
        cfg: A whole config, changed in place.
        launcher: See `start_processes`.
    """
    os.makedirs(cfg.work_dir, exist_ok=True)
    fit_to_hardware(cfg)
    drop_disabled_hooks(cfg)
    start_processes(cfg, launcher)
    import_quietly('mmseg.datasets')
    runner = RUNNERS.build(cfg) if 'runner_type' in cfg else _QuietRunner.from_cfg(cfg)
    runner.register_hook(DataCheckHook())
    runner.register_hook(FittingWeightsHook())
    return runner


class _QuietRunner(Runner):
    def build_logger(
        self, log_level: int | str = 'INFO', log_file: str | None = None, **options: Any
    ) -> MMLogger:
        logger = super().build_logger(log_level, log_file, **options)
        keep_setup_off_terminal(logger)
        return logger
