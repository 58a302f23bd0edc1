import os
from pathlib import Path

import pytest

from mmwsdepth.datasets.write_whole import keep_inputs, make_writable, write_whole


def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / 'a').write_text('kept')
    with pytest.raises(OSError, match=r'a/b\.png: cannot be written \(File exists\): free'):
        write_whole(tmp_path / 'a/b.png', b'new')
    assert (tmp_path / 'a').read_text() == 'kept'


def test_a_link_is_replaced_and_what_it_leads_to_kept(tmp_path: Path) -> None:
    (tmp_path / 'photo').write_text('kept')
    (tmp_path / 'link').symlink_to('photo')
    write_whole(tmp_path / 'link', b'new')
    assert (tmp_path / 'photo').read_text() == 'kept'
    assert (tmp_path / 'link').read_bytes() == b'new'


@pytest.mark.parametrize('link', [os.symlink, os.link])
def test_an_input_is_kept_by_whatever_name(tmp_path: Path, link) -> None:
    (tmp_path / 'in').write_text('')
    link(tmp_path / 'in', tmp_path / 'out')
    with pytest.raises(ValueError, match=r'out: this output would overwrite the input .*in: write'):
        keep_inputs(tmp_path / 'out', ['https://x.org/in', tmp_path / 'in'])
    keep_inputs(tmp_path / 'new', [tmp_path / 'in'])
    keep_inputs(tmp_path / 'in', ['https://x.org/in', tmp_path / 'nowhere'])


def test_a_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr('os.replace', interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / 'a/b.png', b'content')
    assert list((tmp_path / 'a').iterdir()) == []


def test_a_folder_that_takes_no_files_is_found_before_the_work(tmp_path: Path) -> None:
    make_writable(tmp_path / 'a/b')
    assert list((tmp_path / 'a/b').iterdir()) == []
    (tmp_path / 'file').write_text('kept')
    with pytest.raises(OSError, match=r'file: cannot be written to \(.*\): name another folder'):
        make_writable(tmp_path / 'file')
