import cv2
import numpy as np
import pytest

from mmwsdepth.diagnosis import DataFolder, folders_below, inspect
from mmwsdepth.diagnosis.inspection import spread


def test_a_clean_folder_is_decoded_as_far_as_asked(box_folder):
    (folder,) = folders_below(box_folder(6))
    found = inspect(folder, num=3)
    assert (found.num_pairs, found.unpaired, found.rejected) == (6, [], [])
    assert [sample.name for sample in found.samples] == ['0', '2', '5']


def test_files_without_counterpart_are_told_from_bad_pairs(box_folder):
    root = box_folder(6)
    (root / 'images/0.png').unlink()
    (root / 'annotations/1.png').unlink()
    content = (root / 'images/2.png').read_bytes()
    (root / 'images/2.png').write_bytes(content[:-20])
    cv2.imwrite(str(root / 'annotations/3.png'), np.ones((20, 90), np.uint16))
    cv2.imwrite(str(root / 'annotations/4.png'), np.zeros((20, 26), np.uint16))
    (folder,) = folders_below(root)
    found = inspect(folder)
    assert found.num_pairs == 4
    assert sorted(found.unpaired) == [
        f'{root}/annotations/0.png: depth without image',
        f'{root}/images/1.png: image without depth',
    ]
    named = [complaint.split(': ')[0].rsplit('/', 1)[1] for complaint in found.rejected]
    assert sorted(named) == ['2.png', '3.png', '4.png']
    assert [sample.name for sample in found.samples if sample.complaint is None] == ['5']


def test_a_split_file_says_which_pairs_count(box_folder):
    root = box_folder(3)
    (root / 's.txt').write_text('1.png 1.png\n2.png gone.png\n')
    folder = DataFolder('', root / 'images', root / 'annotations', split_file=root / 's.txt')
    found = inspect(folder)
    assert [sample.name for sample in found.samples] == ['1']
    assert found.unpaired == [f'{root}/s.txt:2: {root}/annotations/gone.png: no such file']


@pytest.mark.parametrize(('num', 'picked'), [(1, [0]), (2, [0, 9]), (4, [0, 3, 6, 9])])
def test_samples_are_spread_from_the_first_to_the_last(num, picked):
    assert spread(list(range(10)), num) == picked


def test_a_short_list_is_taken_whole():
    assert spread([1, 2], 5) == [1, 2]
