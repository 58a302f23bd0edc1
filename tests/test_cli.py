import runpy
import sys

import pytest

from mmwsdepth.cli import COMMANDS, main


@pytest.mark.parametrize('name', list(COMMANDS))
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit) as end:
        main([name, '--help'])
    assert end.value.code == 0
    assert COMMANDS[name].description in capsys.readouterr().out


@pytest.mark.parametrize('arguments', [[], ['nothing']])
def test_an_unknown_command_lists_those_there_are(
    arguments: list[str], capsys: pytest.CaptureFixture
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    error = capsys.readouterr().err
    assert all(name in error for name in COMMANDS)


def test_errors_are_one_sentence() -> None:
    with pytest.raises(SystemExit) as end:
        main(['infer', 'nothing.pth', 'a.jpg'])
    assert end.value.code == 'error: nothing.pth: no such checkpoint'


def test_the_package_runs_as_a_module(monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, 'argv', ['mmwsdepth', '--help'])
    with pytest.raises(SystemExit) as end:
        runpy.run_module('mmwsdepth', run_name='__main__')
    assert end.value.code == 0
    assert 'infer' in capsys.readouterr().out
