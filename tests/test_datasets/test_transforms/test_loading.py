import cv2
import numpy as np
import pytest

from mmwsdepth.datasets.depth_io import BadFileError, read_color
from mmwsdepth.datasets.transforms import LoadColor, LoadDepth


@pytest.fixture
def info(rgbd_folder):
    """What the data set tells about one sample with HR ground truth."""
    files = rgbd_folder.add('a', (24, 32), (6, 8), hr='.npy')
    return dict(
        img_path=str(files.image),
        depth_map_path=str(files.depth),
        hr_depth_map_path=str(files.hr),
        depth_scale=0.001,
        depth_range=(0.1, 10.0),
    )


def without(info, key):
    return {k: v for k, v in info.items() if k != key}


def test_color_comes_with_its_shapes(info):
    results = LoadColor()(dict(info))
    np.testing.assert_array_equal(results['img'], read_color(info['img_path']))
    assert results['img_shape'] == results['ori_shape'] == (24, 32)
    assert results['img'].dtype == np.uint8


def test_depth_comes_in_meters_each_on_its_own_grid(info):
    results = LoadDepth()(dict(info))
    stored = cv2.imread(info['depth_map_path'], cv2.IMREAD_UNCHANGED)
    np.testing.assert_allclose(results['gt_depth_map'], stored / 1000, rtol=1e-6)
    fine = np.load(info['hr_depth_map_path']) / 1000
    np.testing.assert_allclose(results['gt_depth_map_hr'], fine, rtol=1e-6)
    assert {results[k].dtype for k in ('gt_depth_map', 'gt_depth_map_hr')} == {np.dtype('float32')}


@pytest.mark.parametrize(
    ('absent', 'expected'),
    [('hr_depth_map_path', {'gt_depth_map'}), ('depth_map_path', {'gt_depth_map_hr'})],
)
def test_only_depth_that_has_a_path_is_loaded(info, absent, expected):
    results = LoadDepth()(without(info, absent))
    assert {key for key in results if key.startswith('gt_')} == expected


def test_scale_and_range_are_the_data_set_s(info):
    near = LoadDepth()(info | dict(depth_range=(0.1, 4.0)))['gt_depth_map']
    assert near.max() <= 4 and (near == 0).any()
    half = LoadDepth()(info | dict(depth_scale=0.0005))['gt_depth_map']
    np.testing.assert_allclose(half * 2, LoadDepth()(dict(info))['gt_depth_map'], rtol=1e-6)


@pytest.mark.parametrize('load', [LoadColor, LoadDepth])
def test_a_truncated_file_is_a_bad_file(info, truncate, rgbd_folder, load):
    for path in rgbd_folder.root.rglob('a.png'):
        truncate(path)
    with pytest.raises(BadFileError, match=r'a\.png'):
        load()(info)


def test_a_bad_sample_is_black_and_empty_in_its_own_size(info, damage, rgbd_folder):
    for path in rgbd_folder.root.rglob('a.png'):
        damage(path)
    results = LoadDepth()(LoadColor()(info | dict(is_bad=True)))
    shapes = {'img': (24, 32, 3), 'gt_depth_map': (6, 8), 'gt_depth_map_hr': (24, 32)}
    for key, shape in shapes.items():
        assert results[key].shape == shape and not results[key].any()
    assert results['img'].dtype == np.uint8 and results['gt_depth_map'].dtype == np.float32
    assert results['img_shape'] == results['ori_shape'] == (24, 32)


def test_a_bad_sample_whose_header_tells_no_size_has_some_size(info):
    results = LoadDepth()(info | dict(depth_map_path='a.exr', is_bad=True))
    assert results['gt_depth_map'].shape == (32, 32) and not results['gt_depth_map'].any()
