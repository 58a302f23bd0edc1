import os
import subprocess
import sys
from pathlib import Path

import pytest

from mmwsdepth.waiting import wait_without_spinning
from tests.conftest import ROOT

SPINS = 'GOMP_SPINCOUNT'


@pytest.mark.parametrize(
    ('program', 'command_line', 'expected'),
    [
        (ROOT / 'tools' / 'train.py', [], 'PASSIVE'),
        (ROOT / 'tools' / 'analysis' / 'complexity.py', [], 'PASSIVE'),
        (ROOT / 'mmwsdepth' / '.mim' / 'tools' / 'test.py', [], 'PASSIVE'),
        ('/usr/bin/mmwsdepth', [], 'PASSIVE'),
        ('-m', ['python', '-m', 'mmwsdepth', 'infer'], 'PASSIVE'),
        ('train.py', ['python', 'train.py'], None),
        ('-m', ['python', '-m', 'pytest', 'mmwsdepth'], None),
        ('', ['python'], None),
    ],
)
def test_our_commands_alone_set_it_and_never_over_the_user(
    monkeypatch: pytest.MonkeyPatch, program: Path | str, command_line: list[str], expected: str
) -> None:
    monkeypatch.setattr(sys, 'argv', [str(program)])
    monkeypatch.setattr(sys, 'orig_argv', command_line)
    monkeypatch.delenv('OMP_WAIT_POLICY', raising=False)
    wait_without_spinning()
    assert os.environ.pop('OMP_WAIT_POLICY', None) == expected
    monkeypatch.setenv('OMP_WAIT_POLICY', 'ACTIVE')
    wait_without_spinning()
    assert os.environ['OMP_WAIT_POLICY'] == 'ACTIVE'


@pytest.mark.slow
def test_it_is_set_before_pytorchs_threads_are_loaded() -> None:
    env = {k: v for k, v in os.environ.items() if k != 'OMP_WAIT_POLICY'}
    env |= dict(OMP_DISPLAY_ENV='VERBOSE', PYTHONPATH=str(ROOT))

    def spins(*arguments: str) -> str:
        command = [sys.executable, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=env, cwd=ROOT)
        shown = [line for line in done.stderr.splitlines() if SPINS in line]
        if not shown:
            pytest.skip('this PyTorch has another OpenMP than that of GNU')
        return shown[0].split("'")[1]

    assert spins('tools/train.py', '--help') == spins('-m', 'mmwsdepth', '--help') == '0'
    assert int(spins('-c', 'import mmwsdepth')) > 0
