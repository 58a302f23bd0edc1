import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from mmwsdepth.cli import main
from mmwsdepth.demo import server


@pytest.fixture
def start(published: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., server.Settings]:
    """Run the command up to the moment of serving; gives the settings."""
    found = []
    monkeypatch.setattr(server, 'build_app', lambda inferencer, settings: found.append(settings))
    monkeypatch.setattr(server, 'serve', lambda app, listener: None)

    def run(*options: str) -> server.Settings:
        main(['demo', str(published), '--device', 'cpu', '--port', '0', *options])
        return found[0]

    return run


def test_it_serves_this_computer_alone(start, capsys: pytest.CaptureFixture) -> None:
    settings = start('--max-megabytes', '3', '--longest-side', '500', '--focal-length', '400')
    assert settings == server.Settings('student.pth', 3, 500, 400, True)
    printed = capsys.readouterr().out
    assert 'http://127.0.0.1:' in printed and 'warning' not in printed


def test_serving_others_is_warned_of(start, capsys: pytest.CaptureFixture) -> None:
    assert not start('--host', '0.0.0.0').is_local
    assert 'warning: whoever reaches 0.0.0.0 can use this page' in capsys.readouterr().out


@pytest.mark.parametrize('option', ['--max-megabytes', '--longest-side', '--focal-length'])
@pytest.mark.parametrize('value', ['0', '-2'])
def test_numbers_that_cannot_be_meant_are_refused(start, option: str, value: str) -> None:
    with pytest.raises(SystemExit, match=rf'error: {option} is .*: give a positive number'):
        start(option, value)


def test_a_missing_package_is_named_with_its_command(start, monkeypatch) -> None:
    monkeypatch.delitem(sys.modules, 'mmwsdepth.demo.server')
    monkeypatch.setitem(sys.modules, 'uvicorn', None)
    with pytest.raises(SystemExit, match='needs uvicorn, of the extra `demo`: run `pip install'):
        start()


def test_a_checkpoint_that_asks_for_the_focal_length_is_refused(start, published: Path) -> None:
    content = published.read_bytes()
    loaded = torch.load(published)
    loaded['meta']['test_cfg'] = dict(scale_by_focal_length=True, trained_focal_length=50.0)
    torch.save(loaded, published)
    try:
        with pytest.raises(SystemExit, match='scales depth by the focal length, which uploads'):
            start()
    finally:
        published.write_bytes(content)
