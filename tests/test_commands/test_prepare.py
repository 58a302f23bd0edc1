import json
import re
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmwsdepth.cli import main
from mmwsdepth.datasets.converters import SOURCES
from tests.conftest import ROOT

PATH = ROOT / 'tools' / 'prepare.py'


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Ten pairs, of which one has no depth."""
    rng = np.random.default_rng(0)
    for name in ('images', 'depths'):
        (tmp_path / 'mine' / name).mkdir(parents=True)
    for number in range(10):
        image = rng.integers(0, 256, (24, 32, 3), dtype=np.uint8)
        cv2.imwrite(str(tmp_path / f'mine/images/{number}.png'), image)
        if number:
            depth = rng.integers(500, 900, (6, 8)).astype(np.uint16)
            cv2.imwrite(str(tmp_path / f'mine/depths/{number}.png'), depth)
    return tmp_path / 'mine'


@pytest.fixture
def prepare(capsys: pytest.CaptureFixture) -> Callable[..., str]:
    """A function that runs the command within this process and returns what it printed."""

    def run(*arguments: object) -> str:
        main(['prepare', *map(str, arguments)])
        return capsys.readouterr().out

    return run


def test_a_folder_is_prepared_and_again(run_tool, prepare, source: Path, tmp_path: Path) -> None:
    out = tmp_path / 'out'
    arguments = ['folder', source, out, '--jobs', 3, '--test-share', 0.2, '--rotate', 90]
    first = run_tool(['python', PATH, *arguments]).stdout
    assert 'Converting' in first
    assert f'9 pairs are in {out} (2 test, 7 train)' in first
    assert re.search(r'left out 1:\n  1 x no depth file, first: .*mine/images/0\.png', first)
    assert f"data_root='{out}', depth_scale=0.001" in first
    assert 'annotations_hr' not in first
    assert cv2.imread(str(out / 'images/train/1.jpg')).shape == (32, 24, 3)
    assert json.loads((out / 'manifest.json').read_text())['num'] == dict(train=7, test=2)
    second = prepare(*arguments)
    assert f'9 pairs are in {out} (2 test, 7 train), 9 of them from an earlier run' in second


def test_hr_depth_is_announced(prepare, source: Path, tmp_path: Path) -> None:
    arguments = ['folder', source, tmp_path / 'out', '--hr-depths', 'depths', '--test-share', 0]
    assert "hr_depth_map_path='annotations_hr'\n" in prepare(*arguments)


@pytest.mark.parametrize('name', SOURCES)
def test_every_source_tells_its_options(prepare, capsys: pytest.CaptureFixture, name: str) -> None:
    with pytest.raises(SystemExit):
        prepare(name, '--help')
    text = capsys.readouterr().out
    for option in ('jobs', 'every', 'lossless', 'rotate', 'depth-scale', *SOURCES[name].options):
        assert f'--{option.replace("_", "-")}' in text


def test_a_mistake_is_one_sentence(prepare, source: Path) -> None:
    with pytest.raises(SystemExit, match=r'^error: .*mine/color: no such folder[^\n]*$'):
        prepare('folder', source, source / 'out', '--images', 'color')
