import re
from pathlib import Path

import cv2
import pytest

from tests.test_apis.conftest import published, small_config

from .test_see import run_main

__all__ = ['published', 'run_main', 'small_config']
TOOL = 'analysis/compare_sensor.py'


def rows(text: str) -> dict[str, list[float]]:
    cells = [line.strip('|').split('|') for line in text.splitlines() if line.startswith('| ')]
    return {row[0].strip(): [float(cell) for cell in row[1:]] for row in cells if '0.' in row[1]}


def test_ways_are_scored_and_drawn(run_main, published: Path, rooms_root: Path, tmp_path: Path):
    folders = rooms_root / 'images/train', rooms_root / 'annotations/train'
    options = ('--ratios', 4, '--num', 3, '--longest-side', 48, '--draw', tmp_path / 'a.png')
    text = run_main(TOOL, published, *folders, *options)
    assert re.search(r'\| ratio 4, 3 images \| abs_rel \| rmse \| boundary_f1 \|', text)
    found = rows(text)
    assert len(found) == 7
    ours = found['prediction with sensor']
    for way in ('prediction alone', 'sensor, nearest', 'sensor, bilinear'):
        assert ours[0] < found[way][0] and ours[3] < found[way][3] and ours[2] > found[way][2]
    assert cv2.imread(str(tmp_path / 'a.png')).std() > 5
    holes = rows(run_main(TOOL, published, *folders, '--ratios', 4, '--num', 3, '--hole', 0.5))
    assert holes['sensor, bilinear'][0] > 2 * found['sensor, bilinear'][0]


def test_a_ratio_below_one_is_refused(run_main, published: Path, rooms_root: Path, capsys):
    with pytest.raises(SystemExit):
        run_main(TOOL, published, rooms_root, rooms_root, '--ratios', 0.5)
    assert '--ratios and --num have to be at least 1' in capsys.readouterr().err
