import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mmwsdepth import __version__
from mmwsdepth.cli import COMMANDS, main
from mmwsdepth.version import __version__ as version
from tests.conftest import ROOT

SPINS = 'GOMP_SPINCOUNT'


@pytest.mark.parametrize('name', list(COMMANDS))
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit) as end:
        main([name, '--help'])
    assert end.value.code == 0
    assert f'usage: mmwsdepth {name} ' in capsys.readouterr().out
    assert importlib.import_module(f'mmwsdepth.commands.{name}').__doc__.startswith(COMMANDS[name])


@pytest.mark.parametrize('arguments', [[], ['nothing']])
def test_an_unknown_command_is_a_wrong_usage(
    arguments: list[str], capsys: pytest.CaptureFixture
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert 'COMMAND' in capsys.readouterr().err


def test_help_lists_the_commands_and_version_says_which(capsys: pytest.CaptureFixture) -> None:
    for option in ('--help', '--version'):
        with pytest.raises(SystemExit) as end:
            main([option])
        assert end.value.code == 0
    said = capsys.readouterr().out
    assert all(f'  {name} ' in said and text in said for name, text in COMMANDS.items())
    assert said.endswith(f'mmwsdepth {version}\n') and version == __version__


def test_errors_are_one_sentence() -> None:
    with pytest.raises(SystemExit) as end:
        main(['infer', 'nothing.pth', 'a.jpg'])
    assert end.value.code == 'error: nothing.pth: no such checkpoint'


def python(*arguments: str, **variables: str) -> subprocess.CompletedProcess:
    env = {k: v for k, v in os.environ.items() if k not in ('OMP_WAIT_POLICY', SPINS)}
    command = [sys.executable, *arguments]
    env |= dict(PYTHONPATH=str(ROOT)) | variables
    return subprocess.run(command, capture_output=True, text=True, env=env, cwd=ROOT)


@pytest.mark.parametrize('name', [name for name in COMMANDS if name != 'prepare'])
def test_options_are_read_before_pytorch_is_imported(name: str) -> None:
    code = (
        'import sys; from importlib import import_module\n'
        f'import mmwsdepth.cli; import_module("mmwsdepth.commands.{name}")\n'
        'sys.exit("torch" in sys.modules)'
    )
    assert python('-c', code).returncode == 0


@pytest.mark.parametrize('tool', [path.name for path in (ROOT / 'tools').glob('*.py')])
def test_tools_stay_thin(tool: str) -> None:
    text = Path(ROOT, 'tools', tool).read_text()
    assert 'run_command(' not in text or len(text.splitlines()) < 10


@pytest.mark.parametrize(
    ('given', 'expected'),
    [({}, '10000'), (dict(GOMP_SPINCOUNT='7'), '7'), (dict(OMP_WAIT_POLICY='ACTIVE'), 'None')],
)
def test_threads_of_commands_soon_stop_spinning_unless_the_user_says_so(given, expected) -> None:
    code = 'import os, mmwsdepth.cli as c\ntry: c.run_command("train", ["--help"])\nfinally: '
    code += 'print(os.environ.get("GOMP_SPINCOUNT"))'
    assert python('-c', code, **given).stdout.splitlines()[-1] == expected


@pytest.mark.slow
def test_they_wait_so_from_the_start_of_pytorch() -> None:
    def spins(code: str) -> str:
        done = python('-c', code, OMP_DISPLAY_ENV='VERBOSE')
        shown = [line for line in done.stderr.splitlines() if SPINS in line]
        if not shown:
            pytest.skip('this PyTorch has another OpenMP than that of GNU')
        return shown[0].split("'")[1]

    run = 'from mmwsdepth.cli import main; main(["infer", "no.pth", "no.jpg"])'
    assert spins(run) == '10000'
    assert int(spins('import mmwsdepth, torch')) > 10000


def test_ctrl_c_ends_any_command_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr('mmwsdepth.commands.doctor.run', interrupted)
    with pytest.raises(SystemExit) as end:
        main(['doctor'])
    assert end.value.code == 130
