from pathlib import Path

import pytest

from mmwsdepth.datasets.converters.splits import split_of, tail_split


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


@pytest.mark.parametrize(('count', 'share', 'tests'), [(10, 0.2, 2), (7, 0.5, 4), (3, 0.1, 0)])
def test_the_end_of_a_recording_is_for_testing(count, share, tests):
    splits = [tail_split(index, count, share) for index in range(count)]
    assert splits == ['train'] * (count - tests) + ['test'] * tests


def test_no_share_is_no_split():
    assert {tail_split(index, 5, 0) for index in range(5)} == {''}
