import json
import runpy
import sys
from pathlib import Path

import cv2
import pytest

from tests.conftest import ROOT
from tests.test_tools.conftest import losses_by_iteration

VARIANTS = """
variants = {
    'down': dict(model=dict(teacher=None, loss_lr=None, loss_consistency=None, loss_affinity=None),
                 default_hooks=dict(alternation=None, distillation=None)),
    'again': dict(weights_from='+affinity', series='whole', images=8),
    '+affinity': dict(series='whole', images=4),
}
"""
COMPARE = ['python', str(ROOT / 'tools' / 'compare.py')]


@pytest.mark.slow
def test_a_suite_is_trained_scored_and_drawn_and_goes_on_where_it_stopped(
    run_tool, config_file, tmp_path: Path
) -> None:
    suite, work = config_file(VARIANTS, train_cfg__max_iters=2), tmp_path / 'suite'
    options = ['--work-dir', work, '--seeds', 1, '--jobs', 2]
    run_tool([*COMPARE, suite, *options, '--only', 'down'])
    assert list(json.loads((work / 'results.json').read_text())) == ['down']
    trained = losses_by_iteration(work / 'down' / 'seed_0')
    assert len(trained) == 2
    stamp = (work / 'down' / 'seed_0' / 'student.pth').stat().st_mtime_ns

    table = run_tool([*COMPARE, suite, *options]).stdout
    assert (work / 'down' / 'seed_0' / 'student.pth').stat().st_mtime_ns == stamp
    results = json.loads((work / 'results.json').read_text())
    assert list(results) == ['down', 'again', '+affinity']
    again, affinity = results['again'], results['+affinity']
    assert again['abs_rel'] == affinity['abs_rel'] != results['down']['abs_rel']
    assert (work / 'table.md').read_text().strip() in table
    for name in ('budget.png', 'contact_sheet.png'):
        assert cv2.imread(str(work / name)).std() > 5


def test_a_suite_without_a_complete_run_says_where_to_look(run_tool, tmp_path: Path) -> None:
    suite = tmp_path / 'suite.py'
    suite.write_text('variants = dict(broken=dict(model=dict()))\nmodel = dict()\n')
    done = run_tool([*COMPARE, suite, '--work-dir', tmp_path / 'w', '--seeds', 1], status=1)
    assert 'no run in' in done.stderr
    assert 'see the log.txt' in done.stderr


def call(monkeypatch: pytest.MonkeyPatch, *options: object) -> None:
    monkeypatch.setattr(sys, 'argv', [*COMPARE[1:], *map(str, options)])
    runpy.run_path(COMPARE[1], run_name='__main__')


@pytest.mark.parametrize('option', ['--seeds', '--jobs'])
@pytest.mark.parametrize('number', [0, -1])
def test_numbers_that_run_nothing_are_refused(monkeypatch, capsys, option, number) -> None:
    with pytest.raises(SystemExit, match='2'):
        call(monkeypatch, 'suite.py', '--work-dir', 'w', option, number)
    assert f'{option} is {number}: give at least 1' in capsys.readouterr().err


def test_an_unknown_name_is_one_sentence(tmp_path: Path, monkeypatch) -> None:
    suite = tmp_path / 'suite.py'
    suite.write_text('variants = dict(one=dict(x=1))\nx = 0\n')
    with pytest.raises(SystemExit, match=r"^error: .*suite\.py: no variant 'two', there are one$"):
        call(monkeypatch, suite, '--work-dir', tmp_path / 'w', '--only', 'two')
