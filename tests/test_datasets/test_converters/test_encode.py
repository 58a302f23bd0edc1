import cv2
import numpy as np
import pytest

from mmwsdepth.datasets.converters.encode import Style, depth_units, write_sample
from mmwsdepth.datasets.converters.item import RejectedError, Sample
from mmwsdepth.datasets.write_whole import write_whole
from tests.test_datasets.test_converters.conftest import meters, smooth


@pytest.mark.parametrize('scale', [0.001, 1 / 256, 0.01])
def test_units_are_within_half_a_unit_of_the_depth(scale):
    depth = np.random.default_rng(0).uniform(0.1, 65, (5, 7))
    np.testing.assert_allclose(depth_units(depth, scale, 'a') * scale, depth, atol=scale / 2)


def test_what_is_no_positive_number_is_missing():
    depth = np.array([[np.nan, np.inf, -np.inf, -1.0, 0.0, 2.5]])
    assert depth_units(depth, 0.001, 'a').tolist() == [[0, 0, 0, 0, 0, 2500]]


def test_depth_too_far_for_16_bits_is_rejected_with_numbers():
    assert depth_units(np.array([[65.535]]), 0.001, 'a')[0, 0] == 65535
    reasons = set()
    for name, depth in (('a', 65.536), ('b', 80.0)):
        with pytest.raises(
            RejectedError, match=rf'{name}: {depth:g} m.*65\.535 m.*--depth-'
        ) as caught:
            depth_units(np.array([[depth, 1]]), 0.001, name)
        reasons.add(caught.value.reason)
    assert len(reasons) == 1


def test_an_empty_map_is_rejected():
    with pytest.raises(RejectedError, match=r'a: no pixel of 2x3'):
        depth_units(np.zeros((2, 3)), 0.001, 'a')


@pytest.mark.parametrize('quarters', [0, 1, 2, 3])
def test_everything_turns_together(tmp_path, quarters):
    color = smooth()
    hr, lr = meters((24, 32)), meters((6, 8))
    sample = Sample(
        color, lr, hr, jpeg=b'as it is', masks=dict(edges=color[..., 0]), focal=(10.0, 20.0)
    )
    style = Style(lossless=True, quarters=quarters)
    record = write_sample(tmp_path, 'train', 'room/a.1', sample, style)
    clockwise = -quarters
    from_disk = {k: record[k]['path'] for k in ('image', 'depth', 'hr_depth', 'mask_edges')}
    assert from_disk['depth'] == 'annotations/train/room/a.1.png'
    assert from_disk['hr_depth'] == 'annotations_hr/train/room/a.1.png'
    assert from_disk['mask_edges'] == 'masks/edges/train/room/a.1.png'
    if quarters == 0:
        assert (tmp_path / 'images/train/room/a.1.jpg').read_bytes() == b'as it is'
    else:
        turned = cv2.imread(str(tmp_path / from_disk['image']))
        np.testing.assert_array_equal(turned, np.rot90(color, clockwise))
        assert record['image']['size'] == list(turned.shape[:2])
    for key, array in (
        ('depth', lr * 1000),
        ('hr_depth', hr * 1000),
        ('mask_edges', color[..., 0]),
    ):
        found = cv2.imread(str(tmp_path / from_disk[key]), cv2.IMREAD_UNCHANGED)
        np.testing.assert_array_equal(found, np.rot90(np.round(array), clockwise))
    assert record['focal'] == ([20.0, 10.0] if quarters % 2 else [10.0, 20.0])


def test_a_file_is_whole_or_not_there(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr('os.replace', interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / 'a/b.png', b'content')
    assert list((tmp_path / 'a').iterdir()) == []
