import os
from pathlib import Path

import pytest

from mmwsdepth.apis.inputs import open_source
from mmwsdepth.apis.outputs import DepthWriter

from .test_inputs import picture, video


def check(out: Path, *inputs: Path, kinds: tuple[str, ...] = ('png', 'color')) -> None:
    DepthWriter(out, kinds).check(open_source(list(inputs)).entries)


@pytest.mark.parametrize('kind', ['color', 'png'])
@pytest.mark.parametrize('way', ['plain', 'relative', 'linked out', 'linked in', 'hard link'])
def test_an_input_is_not_overwritten(tmp_path: Path, monkeypatch, kind: str, way: str) -> None:
    folder, out = tmp_path / 'seq' / kind, tmp_path / 'seq'
    picture(folder / 'a.png')
    image = picture(folder / 'b.png')
    if way == 'relative':
        monkeypatch.chdir(folder)
        folder, out = Path(), Path('..')
    if way == 'linked out':
        out = tmp_path / 'out'
        out.mkdir()
        (out / kind).symlink_to(folder)
    if way == 'linked in':
        (tmp_path / 'link').symlink_to(folder)
        folder = tmp_path / 'link'
    if way == 'hard link':
        out = tmp_path / 'out'
        (out / kind).mkdir(parents=True)
        os.link(image, out / kind / 'b.png')
    with pytest.raises(ValueError, match=r'\.png: this output would overwrite the input .*--out'):
        check(out, folder)
    check(tmp_path / 'elsewhere', folder)


def test_a_second_run_into_the_input_folder_does_not_take_outputs_for_inputs(tmp_path) -> None:
    picture(tmp_path / 'a.png')
    check(tmp_path, tmp_path)
    picture(tmp_path / 'png/a.png')
    with pytest.raises(ValueError, match=r'png/a\.png: this output would overwrite the input'):
        check(tmp_path, tmp_path)


def test_frames_of_a_video_do_not_overwrite_an_input(tmp_path: Path) -> None:
    clip = video(tmp_path / 'clip.avi')
    picture(tmp_path / 'out/color/clip/000003.png')
    with pytest.raises(ValueError, match='color/clip: this output would overwrite the input'):
        check(tmp_path / 'out', clip, tmp_path / 'out/color/clip')


@pytest.mark.parametrize('again', ['a.png', '.', './a.png', '*.png'])
def test_a_file_given_twice_is_named(tmp_path: Path, monkeypatch, again: str) -> None:
    picture(tmp_path / 'a.png')
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r'^a\.png: given twice, and would overwrite its own'):
        check(tmp_path / 'out', tmp_path / 'a.png', Path(again))


def test_outputs_do_not_meet(tmp_path: Path) -> None:
    files = [picture(tmp_path / name) for name in ('a.jpg', 'a.png', 'x/a.png', 'y/a.png')]
    files += [video(tmp_path / 'clip.avi'), picture(tmp_path / 'clip/000000.png')]
    check(tmp_path / 'out', *files)
    (tmp_path / 'two').mkdir()
    (tmp_path / 'two/png').symlink_to(tmp_path / 'two/color')
    with pytest.raises(ValueError, match='given twice'):
        check(tmp_path / 'two', files[0])


def test_a_file_and_a_folder_of_one_name_are_named(tmp_path: Path) -> None:
    files = [picture(tmp_path / 'in/a.jpg'), picture(tmp_path / 'in/a.png/b.png')]
    with pytest.raises(ValueError, match=r'a\.png: would be written for both .*a\.jpg and '):
        check(tmp_path / 'out', *files)


def test_a_link_that_leads_nowhere_is_no_input_to_keep(tmp_path: Path) -> None:
    picture(tmp_path / 'in/a.png')
    (tmp_path / 'in/b.png').symlink_to('b.png')
    check(tmp_path / 'out', tmp_path / 'in')
