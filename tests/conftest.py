from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope, init_default_scope

from mmwsdepth.datasets.rooms import write_rooms

ROOT = Path(__file__).resolve().parents[1]
CONFIGS = sorted((ROOT / 'configs').glob('*.py'))
ROOMS = dict(num=dict(train=8, test=3), size=(48, 64))


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
