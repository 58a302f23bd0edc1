import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mmengine.config import Config

from tests.conftest import ROOMS, ROOT

TRAIN = ['python', str(ROOT / 'tools' / 'train.py')]
TEST = ['python', str(ROOT / 'tools' / 'test.py')]


def losses_by_iteration(work_dir: Path) -> dict[int, float]:
    """Read the losses that all runs in a work directory logged, later ones winning."""
    found = {}
    for path in sorted(work_dir.glob('*/vis_data/scalars.json')):
        for line in path.read_text().splitlines():
            record = json.loads(line)
            if 'loss' in record:
                found[record['iter']] = record['loss']
    return found


@pytest.fixture
def run_tool(
    preloaded: dict[str, str], tmp_path: Path
) -> Callable[..., subprocess.CompletedProcess]:
    """A function that runs a tool as its user does, from an empty folder."""

    def run(command: list, status: int = 0, **variables: str) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=tmp_path,
            env=preloaded | variables,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == status, done.stdout[-3000:] + done.stderr[-3000:]
        return done

    return run


@pytest.fixture
def config_file(tiny_options: dict[str, Any], tmp_path: Path) -> Callable[..., Path]:
    """A function that writes a tiny config that inherits the installed package's."""

    def write(text: str = '', **overrides: Any) -> Path:
        cfg = Config.fromfile(ROOT / 'configs' / 'wsdepth_rooms.py')
        cfg.merge_from_dict(tiny_options | {k.replace('__', '.'): v for k, v in overrides.items()})
        cfg.test_evaluator = cfg.val_evaluator
        path = tmp_path / 'tiny.py'
        path.write_text(cfg.pretty_text + text)
        return path

    return write


__all__ = ['ROOMS', 'TEST', 'TRAIN']
