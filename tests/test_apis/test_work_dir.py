import errno
import os
import time
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.logging import MMLogger

from mmwsdepth.apis.work_dir import locked, newest_checkpoint, resume_from, writing_to
from mmwsdepth.errors import one_sentence_errors


@pytest.fixture
def log(caplog):
    logger = MMLogger.get_current_instance()
    logger.addHandler(caplog.handler)
    yield caplog
    logger.removeHandler(caplog.handler)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Checkpoints of iterations 2, 4 and 6, the last of which is named."""
    for age, number in enumerate((6, 4, 2)):
        path = tmp_path / f'iter_{number}.pth'
        meta = dict(iter=number)
        torch.save(dict(meta=meta, optimizer={}, state_dict=dict(w=torch.rand(900))), path)
        os.utime(path, (time.time() - age, time.time() - age))
    (tmp_path / 'last_checkpoint').write_text(str(tmp_path / 'iter_6.pth'))
    return tmp_path


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[data.index(b'data/0') + 500] ^= 1
    path.write_bytes(data)


def test_the_last_checkpoint_is_the_one_that_is_named(work: Path, log) -> None:
    assert newest_checkpoint(work) == str(work / 'iter_6.pth')
    (work / 'last_checkpoint').write_text(str(work / 'iter_4.pth'))
    assert newest_checkpoint(work) == str(work / 'iter_4.pth')
    assert not log.records


@pytest.mark.parametrize('spoil', [_cut, _flip, Path.unlink, lambda path: path.write_bytes(b'')])
def test_a_bad_last_checkpoint_gives_way_to_the_newest_good_one(work: Path, spoil, log) -> None:
    spoil(work / 'iter_6.pth')
    _cut(work / 'iter_2.pth')
    assert newest_checkpoint(work) == str(work / 'iter_4.pth')
    assert f'not resumed from: {work}/iter_6.pth: ' in log.text
    assert f'resuming from {work}/iter_4.pth instead' in log.text


def test_a_checkpoint_is_tried_once_however_it_is_spelled(work: Path, log, monkeypatch) -> None:
    _cut(work / 'iter_6.pth')
    monkeypatch.chdir(work.parent)
    assert newest_checkpoint(work.name) == f'{work.name}/iter_4.pth'
    assert log.text.count('not resumed from') == 1


@pytest.mark.parametrize(
    'text', ['', '\n', 'elsewhere/iter_8.pth', '\0\0\0', 'a\0b', '\udcff\udcfe', None]
)
def test_last_checkpoint_may_be_empty_wrong_or_missing(work: Path, text: str | None, log) -> None:
    named = work / 'last_checkpoint'
    if text is None:
        named.unlink()
    else:
        named.write_bytes(os.fsencode(text))
    assert newest_checkpoint(work) == str(work / 'iter_6.pth')
    assert f'resuming from {work}/iter_6.pth instead' in log.text


def test_checkpoints_of_an_older_training_are_not_newer_by_their_number(work: Path) -> None:
    os.utime(work / 'iter_6.pth', (1, 1))
    (work / 'last_checkpoint').write_text('')
    assert newest_checkpoint(work) == str(work / 'iter_4.pth')


def test_nothing_good_is_refused_and_nothing_at_all_starts_anew(work: Path, tmp_path) -> None:
    for path in work.glob('*.pth'):
        _cut(path)
    with pytest.raises(ValueError, match=r'none of 3 checkpoints can be resumed from, the first: '):
        newest_checkpoint(work)
    empty = tmp_path / 'empty'
    empty.mkdir()
    assert newest_checkpoint(empty) is None


def test_the_config_gets_what_it_goes_on_from(work: Path) -> None:
    def resumed(source: str | None, **options: object) -> tuple:
        cfg = Config(dict(work_dir=str(work), load_from=None, resume=False) | options)
        resume_from(cfg, source)
        return cfg.load_from, cfg.resume

    last, first = str(work / 'iter_6.pth'), str(work / 'iter_2.pth')
    assert resumed(None) == (None, False)
    assert resumed(None, load_from='other.pth') == ('other.pth', False)
    assert resumed(None, resume=True) == resumed('auto', load_from='other.pth') == (last, True)
    assert resumed(first) == resumed(None, resume=True, load_from=first) == (first, True)
    new = dict(work_dir=str(work / 'new'))
    assert resumed('auto', **new) == (None, False)
    assert resumed('auto', **new, load_from='other.pth') == ('other.pth', False)
    torch.save(dict(meta=dict(cfg=''), state_dict={}), work / 'student.pth')
    with pytest.raises(ValueError, match=r'student\.pth: holds weights alone and no state of a tr'):
        resumed(str(work / 'student.pth'))


@pytest.mark.parametrize(
    ('code', 'mend'),
    [(errno.ENOSPC, 'make room'), (errno.EDQUOT, 'make room'), (errno.EROFS, 'make it writable')],
)
def test_a_disk_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, code: int, mend: str
) -> None:
    with pytest.raises(SystemExit) as end, one_sentence_errors(), writing_to(tmp_path):
        raise OSError(code, os.strerror(code), str(tmp_path / 'iter_2.pth'))
    assert str(end.value) == (
        f'error: {tmp_path}/iter_2.pth: cannot be written ({os.strerror(code)}): {mend} or name '
        'another --work-dir'
    )
    with pytest.raises(PermissionError), writing_to(tmp_path):
        raise PermissionError(errno.EACCES, 'denied', '/data/images/a.png')


def test_a_work_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / 'file').touch()
    for path in (tmp_path / 'file', tmp_path / 'file' / 'work'):
        with pytest.raises(OSError, match=rf'^{path}: cannot be made'), writing_to(path):
            pass


def test_a_full_disk_leaves_one_sentence_and_no_log_errors(run_program, tmp_path: Path) -> None:
    done = run_program(f"""
import logging
from mmwsdepth.errors import one_sentence_errors
from mmwsdepth.apis.work_dir import writing_to
with one_sentence_errors(), writing_to({str(tmp_path)!r}):
    logging.getLogger().addHandler(logging.FileHandler('/dev/full'))
    logging.error('lost')
    with open('/dev/full', 'wb', buffering=0) as file:
        file.write(b'weights')
""")
    assert done.returncode == 1
    assert done.stderr.count('Traceback') == 0
    assert (
        f'error: {tmp_path}: cannot be written (No space left on device): make room' in done.stderr
    )


def test_a_second_training_in_a_work_directory_warns_until_the_first_ends(
    tmp_path: Path, log
) -> None:
    with locked(tmp_path):
        assert not log.records
        with locked(tmp_path):
            assert f'{tmp_path}: process {os.getpid()} trains here too' in log.text
    log.clear()
    with locked(tmp_path):
        assert not log.records
