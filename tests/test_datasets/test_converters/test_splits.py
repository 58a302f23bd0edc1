from pathlib import Path

import pytest

from mmwsdepth.datasets.converters.splits import split_at, split_of, tail_split


@pytest.mark.parametrize(
    ('path', 'split'),
    [
        ('Training/41', 'train'),
        ('val/indoors/scene', 'test'),
        ('official_splits/test/kitchen', 'test'),
        ('home/train/data/val', 'test'),
        ('trainer/evaluation', ''),
        ('.', ''),
    ],
)
def test_the_last_folder_that_names_a_split_counts(path, split):
    assert split_of(Path(path)) == split


@pytest.mark.parametrize(
    ('src', 'split'),
    [('', 'test'), ('nyu', 'test'), ('nyu/test', 'test'), ('nyu/test/den', 'test')],
)
def test_the_split_does_not_depend_on_where_the_source_lies(tmp_path, monkeypatch, src, split):
    root = tmp_path / 'train' / 'data'
    folder = root / 'nyu/test/den'
    assert split_at(folder, root / src) == split
    (root / src).mkdir(parents=True)
    monkeypatch.chdir(root / src)
    assert split_at(folder.relative_to(root / src), Path()) == split
    assert split_at(root / 'nyu/sync/den', root / 'nyu') == ''


@pytest.mark.parametrize(
    ('count', 'share', 'tests'), [(10, 0.2, 2), (7, 0.5, 4), (3, 0.1, 1), (1, 0.5, 0)]
)
def test_the_end_of_a_recording_is_for_testing(count, share, tests):
    splits = [tail_split(index, count, share) for index in range(count)]
    assert splits == ['train'] * (count - tests) + ['test'] * tests


def test_no_share_is_no_split():
    assert {tail_split(index, 5, 0) for index in range(5)} == {''}
