import json
import sys
from importlib.util import module_from_spec, spec_from_file_location

import cv2
import pytest

from mmwsdepth.cli import main
from tests.conftest import ROOT


@pytest.fixture
def run_main(monkeypatch, capsys):
    """A function that runs a tool in this process and returns what it printed."""

    def run(tool, *arguments):
        spec = spec_from_file_location('tool', ROOT / 'tools' / tool)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        monkeypatch.setattr(sys, 'argv', [tool, *map(str, arguments)])
        module.main()
        return capsys.readouterr().out

    return run


def test_samples_are_browsed(config_file, tmp_path):
    out = tmp_path / 'out'
    main(['browse', str(config_file()), '--num', '2', '--out', str(out)])
    names = sorted(path.name for path in out.iterdir())
    assert names == ['000_room_00000.png', '001_room_00007.png']
    assert all(cv2.imread(str(out / name)).std() > 5 for name in names)


def test_losses_are_plotted_into_the_first_work_dir(run_main, tmp_path):
    for run in ('a', 'b'):
        path = tmp_path / run / 'now' / 'vis_data' / 'scalars.json'
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(dict(iter=1, loss=1.0, lr=0.1)))
    text = run_main('analysis/plot_losses.py', tmp_path / 'a', tmp_path / 'b')
    assert text.strip() == str(tmp_path / 'a' / 'losses.png')
    assert cv2.imread(text.strip()).std() > 5


def test_branches_are_laid_out_with_their_sum(run_main, config_file):
    text = run_main('analysis/complexity.py', config_file(), '--shape', 96, 128, '--ratio', 4)
    rows = [line.split() for line in text.splitlines()]
    macs = [float(row[-1]) for row in rows[1:-1]]
    assert [row[:3] for row in rows[1:3]] == [['student', 'on', 'HR'], ['student', 'on', 'LR']]
    assert '24x32' in rows[3]
    assert float(rows[-1][-1]) == pytest.approx(sum(macs), abs=0.02) and macs[0] > 0
