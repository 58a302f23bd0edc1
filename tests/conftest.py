import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope, init_default_scope
from yapf.yapflib import yapf_api

from mmwsdepth.datasets.rooms import write_rooms

ROOT = Path(__file__).resolve().parents[1]
CONFIGS = sorted((ROOT / 'configs').glob('*.py'))
ROOMS = dict(num=dict(train=8, test=3), size=(48, 64))
PRELOADED = ROOT / 'tests' / 'preloaded'

# Laying out a config takes as long as a tiny training.
yapf_api.FormatCode = lambda text, **style: (text, True)


def pytest_collection_finish() -> None:
    """Spare garbage collections, which each data set asks for, what has been imported."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _isolated() -> Iterator[None]:
    torch.manual_seed(0)
    init_default_scope('mmseg')
    yield
    DefaultScope._instance_dict.clear()


@pytest.fixture(scope='session')
def rooms_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp('rooms')
    write_rooms(root, **ROOMS, progress=False)
    return root


@pytest.fixture(scope='session')
def preloaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Variables with which `python FILE` and `mmwsdepth` need not import PyTorch anew."""
    binaries = Path(sys.executable).parent
    variables = os.environ | dict(
        PATH=os.pathsep.join(map(str, [PRELOADED, binaries, os.environ['PATH']])),
        PYTHON=sys.executable,
        PYTHON_EXEC=str(PRELOADED / 'python'),  # what torchrun and our tools start
        PYTHONPATH=str(ROOT),
        HF_HUB_CACHE=str(tmp_path_factory.mktemp('hub')),
        HF_HUB_OFFLINE='1',
        CUDA_VISIBLE_DEVICES='',  # which cannot be used after a fork
        OMP_NUM_THREADS='1',
    )
    pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with TemporaryDirectory() as folder:  # whose name is short, as that of a socket has to be
        variables['PRELOADED'] = f'{folder}/socket'
        command = [sys.executable, PRELOADED / 'server.py', variables['PRELOADED']]
        with subprocess.Popen(command, env=variables, **pipes) as server:
            assert server.stdout.readline(), 'the server did not start'
            yield variables


@pytest.fixture
def run_program(
    preloaded: dict[str, str], tmp_path: Path
) -> Callable[[str], subprocess.CompletedProcess]:
    """A function that runs the text of a program in a process of its own."""

    def run(text: str) -> subprocess.CompletedProcess:
        (tmp_path / 'program.py').write_text(text)
        command = ['python', tmp_path / 'program.py']
        return subprocess.run(command, env=preloaded, capture_output=True, text=True)

    return run


def without_pretrained(node: Any) -> Any:
    """Drop what would load ImageNet weights, in place."""
    if isinstance(node, dict):
        if (node.get('init_cfg') or {}).get('type') == 'Pretrained':
            node['init_cfg'] = None
        if 'pretrained' in node:
            node['pretrained'] = False
        for child in node.values():
            without_pretrained(child)
    return node


@pytest.fixture
def tiny_options(rooms_root: Path) -> dict[str, Any]:
    """Overrides that make `wsdepth_rooms.py` train on tiny rooms within seconds."""
    options: dict[str, Any] = {
        'model.student.backbone.backbone.pretrained': False,
        'model.student.decode_head.channels': 16,
        'model.teacher.channels': [8, 16, 24],
        'model.min_lr_side': 12,
        'train_cfg.max_iters': 4,
        'train_cfg.val_interval': 4,
        'default_hooks.logger.interval': 1,
        'default_hooks.checkpoint.interval': 2,
        'default_hooks.visualization.max_images': 1,
        'val_evaluator.1.dataset.data_root': str(rooms_root),
        'val_evaluator.1.dataset.num': ROOMS['num'],
        'val_evaluator.1.dataset.size': ROOMS['size'],
    }
    for loader in ('train', 'val', 'test'):
        options[f'{loader}_dataloader.batch_size'] = 2
        options[f'{loader}_dataloader.num_workers'] = 0
        options[f'{loader}_dataloader.persistent_workers'] = False
        options[f'{loader}_dataloader.dataset.data_root'] = str(rooms_root)
        options[f'{loader}_dataloader.dataset.num'] = ROOMS['num']
        options[f'{loader}_dataloader.dataset.size'] = ROOMS['size']
    return options


@pytest.fixture
def tiny_config(tiny_options: dict[str, Any], tmp_path: Path) -> Callable[..., Config]:
    """A function that makes a tiny config with further overrides, by dotted key."""

    def make(**overrides: Any) -> Config:
        cfg = Config.fromfile(ROOT / 'configs' / 'wsdepth_rooms.py')
        cfg.merge_from_dict(tiny_options | {k.replace('__', '.'): v for k, v in overrides.items()})
        cfg.test_evaluator = cfg.val_evaluator
        cfg.work_dir = str(tmp_path / 'work')
        return cfg

    return make
