import os

import pytest

from mmwsdepth.datasets.listing import find_files


@pytest.fixture
def folder(tmp_path):
    for name in ('a/1.png', 'a/2.PNG', 'a/3.txt', 'a/.4.png', '.ipynb_checkpoints/5.png',
                 '__MACOSX/6.png', '@eaDir/7.png'):  # fmt: skip
        path = tmp_path / 'root' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / 'root'


def names(folder, *suffixes):
    return [path.relative_to(folder).as_posix() for path in find_files(folder, suffixes)]


def test_hidden_files_and_folders_do_not_count(folder):
    assert names(folder) == ['a/1.png', 'a/2.PNG', 'a/3.txt']


def test_a_suffix_matches_in_either_case(folder):
    assert names(folder, '.png') == ['a/1.png', 'a/2.PNG']


def test_linked_files_and_folders_count_wherever_they_are_linked(folder, tmp_path):
    other = tmp_path / 'other'
    other.mkdir()
    (other / 'x.png').touch()
    for name in ('b', 'c'):
        (folder / name).symlink_to(other)
    (folder / 'd.png').symlink_to(other / 'x.png')
    assert names(folder, '.png') == ['a/1.png', 'a/2.PNG', 'b/x.png', 'c/x.png', 'd.png']


@pytest.mark.parametrize('target', ['.', '..', 'a'])
def test_a_link_to_a_folder_above_is_not_followed(folder, target):
    (folder / 'a' / 'loop').symlink_to(folder / 'a' / target)
    (folder / 'a' / 'dangling').symlink_to(folder / 'nowhere')
    expected = ['a/1.png', 'a/2.PNG']
    assert [name for name in names(folder, '.png') if 'loop/a' not in name] == expected


def test_a_link_to_what_lies_above_the_folder_itself_is_not_followed(folder):
    (folder / 'b').mkdir()
    (folder / 'b' / '8.png').touch()
    (folder / 'a' / 'loop').symlink_to('..')
    assert names(folder / 'a', '.png') == ['1.png', '2.PNG']
    (folder / 'linked').symlink_to('a')
    assert names(folder / 'linked', '.png') == ['1.png', '2.PNG']


def test_a_name_that_is_not_utf8_is_found(folder):
    name = os.fsdecode(b'\xff.png')
    (folder / name).touch()
    assert names(folder, '.png')[-1] == name


def test_a_missing_folder_holds_nothing(tmp_path):
    assert find_files(tmp_path / 'nowhere') == []


@pytest.mark.parametrize('target', ['link.png', 'nowhere', 'x' * 300, 'a/1.png/x'])
def test_a_link_that_leads_nowhere_is_listed(folder, target):
    (folder / 'link.png').symlink_to(target)
    (folder / 'b').symlink_to('c')
    (folder / 'c').symlink_to('b')
    assert names(folder, '.png') == ['a/1.png', 'a/2.PNG', 'link.png']


@pytest.mark.parametrize('name', ['', 'a'])
def test_a_folder_that_cannot_be_listed_is_one_sentence(folder, monkeypatch, name):
    closed, scandir = str(folder / name), os.scandir

    def scan(path):
        if str(path) == closed:
            raise PermissionError(13, 'Permission denied', path)
        return scandir(path)

    monkeypatch.setattr(os, 'scandir', scan)
    with pytest.raises(OSError, match=r': cannot be listed \(Permission denied\): make') as caught:
        find_files(folder)
    assert str(caught.value).startswith(f'{closed}: ')
