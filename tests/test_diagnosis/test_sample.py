import cv2
import numpy as np
import pytest

from mmwsdepth.datasets.pairing import Pair
from mmwsdepth.diagnosis.folder import DataFolder
from mmwsdepth.diagnosis.sample import MAX_VALUES, describe_raw, examine, pool
from tests.test_diagnosis.conftest import COLOR, DEPTH


def test_missing_neighbors_and_saturation_are_shares():
    depth = np.array([[1, 2, 0, 4], [0, 65535, 65535, 8]], np.uint16)
    raw = describe_raw(depth)
    assert (raw.missing, raw.saturated) == (0.5, 0.25)
    assert raw.neighbors == pytest.approx(1 / 2)
    assert (raw.levels, raw.step) == (4, 2.0)
    assert sorted(raw.values) == [1, 2, 4, 8]


@pytest.mark.parametrize('hole', [0, -1, np.nan, np.inf])
def test_what_is_no_positive_number_is_missing(hole):
    raw = describe_raw(np.array([[1.5, hole], [2.5, 3.5]], np.float32))
    assert raw.missing == 0.25
    assert raw.levels == 0
    assert sorted(raw.values) == [1.5, 2.5, 3.5]


def test_nothing_measured_is_none():
    assert describe_raw(np.zeros((2, 3), np.uint16)) is None


def test_large_maps_are_thinned_evenly():
    raw = describe_raw(np.arange(1, 90001, dtype=np.float64).reshape(300, 300))
    assert 0.9 * MAX_VALUES < len(raw.values) <= MAX_VALUES
    assert np.median(raw.values) == pytest.approx(45000, rel=0.01)


def test_pooling_keeps_all_values_and_the_most_levels():
    raws = [describe_raw(np.array([numbers], np.uint16)) for numbers in ([1, 3], [2, 4, 8])]
    both = pool(raws)
    assert sorted(both.values) == [1, 2, 3, 4, 8]
    assert both.levels == 3


def pair_in(root, name='0'):
    return Pair(name, root / f'images/{name}.png', root / f'annotations/{name}.png')


def test_a_good_pair_has_sizes_and_no_complaint(box_folder):
    root = box_folder(1)
    sample = examine(pair_in(root), DataFolder('', root / 'images', root / 'annotations'))
    assert sample.complaint is None
    assert (sample.color, sample.depth) == (COLOR, DEPTH)
    assert sample.edges is not None


def test_a_unit_that_training_refuses_is_a_complaint_that_keeps_the_numbers(box_folder):
    root = box_folder(1)
    folder = DataFolder('', root / 'images', root / 'annotations', depth_scale=1.0)
    sample = examine(pair_in(root), folder)
    assert 'median depth is' in sample.complaint
    assert 900 < np.median(sample.raw.values) < 4100


def test_a_file_that_cannot_be_decoded_is_a_complaint(box_folder):
    root = box_folder(1)
    content = (root / 'images/0.png').read_bytes()
    (root / 'images/0.png').write_bytes(content[: len(content) // 2])
    sample = examine(pair_in(root), DataFolder('', root / 'images', root / 'annotations'))
    assert sample.complaint.startswith(f'{root / "images/0.png"}: ')


def test_bad_hr_ground_truth_is_a_complaint(box_folder):
    root = box_folder(1)
    hr = root / 'hr.png'
    cv2.imwrite(str(hr), np.zeros(COLOR, np.uint16))
    pair = pair_in(root)._replace(hr_depth=hr)
    sample = examine(pair, DataFolder('', root / 'images', root / 'annotations'))
    assert 'no pixel of 150x195 was measured' in sample.complaint


@pytest.mark.parametrize('dtype', [np.uint16, np.int32, np.float32])
def test_what_counts_as_missing_is_not_described(dtype):
    raw = describe_raw(np.array([[65535, 2000], [0, 3000]], dtype))
    assert raw.values.max() == 3000 and raw.missing == 0.5
