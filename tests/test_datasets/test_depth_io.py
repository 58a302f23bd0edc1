import os
import pickle
import re

import cv2
import numpy as np
import pytest
from PIL import Image

from mmwsdepth.datasets.depth_io import (
    BadFileError,
    encode_image,
    is_complete,
    peek_size,
    read_color,
    read_depth,
    write_depth,
)

RANGE = (0.1, 10.0)
METERS = np.linspace(0.5, 9.5, 48).reshape(6, 8).round(3).astype(np.float32)


def save(path, array):
    """Write an array in the format of the path's suffix; skip where OpenCV cannot."""
    if path.suffix.lower() == '.npy':
        with path.open('wb') as file:
            np.save(file, array)
        return path
    try:
        cv2.imwrite(str(path.with_suffix(path.suffix.lower())), array)
    except cv2.error:
        pytest.skip(f'this OpenCV build writes no {path.suffix}')
    path.with_suffix(path.suffix.lower()).rename(path)
    return path


def complaint(path, scale=0.001, depth_range=RANGE):
    """What read_depth says about a bad file: one line that names the file and a number."""
    with pytest.raises(BadFileError) as caught:
        read_depth(path, scale, depth_range)
    text = str(caught.value)
    assert text.startswith(f'{path}: ')
    assert '\n' not in text
    assert re.search(r'\d', text.removeprefix(str(path)))
    return text


@pytest.mark.parametrize('suffix', ['.png', '.npy', '.tiff', '.tif', '.exr', '.PNG', '.NPY'])
def test_every_format_gives_the_same_meters(tmp_path, suffix):
    scale = 0.001 if suffix.lower() == '.png' else 1.0
    stored = np.round(METERS * 1000).astype(np.uint16) if scale != 1 else METERS
    depth = read_depth(save(tmp_path / f'depth{suffix}', stored), scale, RANGE)
    assert depth.dtype == np.float32
    np.testing.assert_allclose(depth, METERS, atol=1e-6)


def test_another_unit_is_a_matter_of_the_scale(tmp_path):
    path = save(tmp_path / 'kitti.png', np.round(METERS * 256).astype(np.uint16))
    np.testing.assert_allclose(read_depth(path, 1 / 256, RANGE), METERS, atol=1 / 512)


def test_a_leading_axis_of_one_is_dropped(tmp_path):
    path = save(tmp_path / 'depth.npy', METERS[None])
    assert read_depth(path, 1.0, RANGE).shape == METERS.shape


@pytest.mark.parametrize('suffix', ['.npy', '.tiff'])
@pytest.mark.parametrize('value', [np.nan, np.inf, -np.inf, -1.0, 0.0, 0.05, 10.5, 1e30])
def test_what_is_no_measurement_becomes_zero(tmp_path, suffix, value):
    stored = METERS.copy()
    stored[2, 3] = value
    expected = METERS.copy()
    expected[2, 3] = 0
    depth = read_depth(save(tmp_path / f'depth{suffix}', stored), 1.0, RANGE)
    np.testing.assert_array_equal(depth, expected)


@pytest.mark.parametrize('value', [np.nan, np.inf, -1.0, 0.0])
def test_one_pixel_measured_is_enough(tmp_path, value):
    stored = np.full((6, 8), value, np.float32)
    stored[2, 3] = 4.5
    depth = read_depth(save(tmp_path / 'depth.npy', stored), 1.0, RANGE)
    assert depth[2, 3] == 4.5 and np.count_nonzero(depth) == 1


def test_the_ends_of_the_range_count_as_measured(tmp_path):
    path = save(tmp_path / 'depth.npy', np.float32([[1, 2], [3, 4]]))
    np.testing.assert_array_equal(read_depth(path, 1.0, (2, 3)), [[0, 2], [3, 0]])


def test_all_zero_depth_is_refused(tmp_path):
    path = save(tmp_path / 'depth.png', np.zeros((6, 8), np.uint16))
    assert 'no pixel of 6x8 was measured: remove the pair' in complaint(path)


def test_depth_all_out_of_range_is_refused(tmp_path):
    text = complaint(save(tmp_path / 'depth.npy', METERS + 20), 1.0)
    assert 'range is 0.1 to 10 m' in text and 'depth_scale' in text


def test_8_bit_depth_in_millimeters_is_refused(tmp_path):
    path = save(tmp_path / 'depth.png', np.full((6, 8), 200, np.uint8))
    assert '0.255 m at most: export 16-bit depth' in complaint(path)


def test_8_bit_depth_in_coarse_steps_is_accepted(tmp_path):
    path = save(tmp_path / 'depth.png', np.full((6, 8), 200, np.uint8))
    np.testing.assert_allclose(read_depth(path, 0.02, RANGE), 4.0, rtol=1e-6)


@pytest.mark.parametrize(
    ('scale', 'median'), [(1.0, '2e+03 m'), (1e-6, '0.002 m')], ids=['forgotten', 'applied twice']
)
@pytest.mark.parametrize('depth_range', [RANGE, (0.0, 1e5)])
def test_a_wrong_scale_shows_in_the_median(tmp_path, scale, median, depth_range):
    path = save(tmp_path / 'depth.png', np.full((6, 8), 2000, np.uint16))
    text = complaint(path, scale, depth_range)
    assert f'median depth is {median}' in text
    assert 'set depth_scale to the meters per unit of this file' in text


@pytest.mark.parametrize('suffix', ['.png', '.npy'])
def test_depth_with_three_channels_is_refused(tmp_path, suffix):
    path = save(tmp_path / f'depth{suffix}', np.full((6, 8, 3), 2000, np.uint16))
    assert 'shape (6, 8, 3), depth needs one number a pixel' in complaint(path)


@pytest.mark.parametrize('suffix', ['.png', '.npy'])
@pytest.mark.parametrize('keep', [0.0, 0.3, 0.9])
def test_truncated_depth_is_refused(tmp_path, truncate, suffix, keep):
    stored = np.random.default_rng(0).integers(500, 9000, (32, 32)).astype(np.uint16)
    path = truncate(save(tmp_path / f'depth{suffix}', stored), keep)
    text = complaint(path)
    assert f'{path.stat().st_size} bytes' in text and text.endswith('copy it anew')


def test_what_opencv_saves_from_a_truncated_png_is_not_taken_for_depth(
    tmp_path, truncate, monkeypatch
):
    stored = np.random.default_rng(0).integers(500, 9000, (32, 32)).astype(np.uint16)
    path = truncate(save(tmp_path / 'depth.png', stored))
    monkeypatch.setattr(cv2, 'imdecode', lambda *_: stored * (np.arange(32) < 16)[:, None])
    assert 'truncated' in complaint(path)


class Bomb:
    """Unpickling it makes a folder."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize('bare', [True, False], ids=['bare pickle', 'object array'])
@pytest.mark.parametrize('read', [lambda path: read_depth(path, 1.0, RANGE), peek_size])
def test_a_pickled_npy_is_refused_and_not_executed(tmp_path, bare, read):
    path, trace = tmp_path / 'depth.npy', tmp_path / 'executed'
    if bare:
        path.write_bytes(pickle.dumps(Bomb(trace)))
    else:
        np.save(path, np.array([[Bomb(trace)]], dtype=object), allow_pickle=True)
    with pytest.raises(BadFileError, match=re.escape(str(path))):
        read(path)
    assert not trace.exists()


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BadFileError, match=r'nowhere\.png: no such file'):
        read_depth(tmp_path / 'nowhere.png', 0.001, RANGE)
    with pytest.raises(BadFileError, match=r'nowhere\.jpg: no such file'):
        read_color(tmp_path / 'nowhere.jpg')


def picture_file(tmp_path, suffix, **options):
    path = tmp_path / f'image{suffix}'
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8)).save(
        path, **options
    )
    return path


@pytest.mark.parametrize('suffix', ['.jpg', '.jpeg', '.png', '.JPG'])
def test_a_whole_image_is_read(tmp_path, suffix):
    path = picture_file(tmp_path, suffix)
    image = read_color(path)
    assert image.shape == (30, 40, 3) and image.dtype == np.uint8
    with Image.open(path) as pillow:
        np.testing.assert_allclose(image[..., ::-1], np.asarray(pillow), atol=3)


@pytest.mark.parametrize('suffix', ['.jpg', '.png'])
@pytest.mark.parametrize('missing', [40, 1000])
def test_a_truncated_image_is_refused(tmp_path, suffix, missing):
    path = picture_file(tmp_path, suffix)
    path.write_bytes(path.read_bytes()[:-missing])
    assert not is_complete(path)
    with pytest.raises(
        BadFileError, match=rf'image\{suffix}: \d+ bytes, truncated .* copy it anew'
    ):
        read_color(path)


@pytest.mark.parametrize('suffix', ['.jpg', '.png'])
def test_bytes_after_the_end_marker_do_no_harm(tmp_path, suffix):
    path = picture_file(tmp_path, suffix)
    before = read_color(path)
    path.write_bytes(path.read_bytes() + b'written by a telephone')
    assert is_complete(path)
    np.testing.assert_array_equal(read_color(path), before)


def test_a_file_without_end_marker_counts_as_complete(tmp_path):
    assert is_complete(save(tmp_path / 'depth.npy', METERS))


@pytest.mark.parametrize('grid', [(6, 8), (8, 6)])
@pytest.mark.parametrize('suffix', ['.png', '.npy', '.NPY', '.tiff'])
def test_the_header_tells_the_size(tmp_path, suffix, grid):
    assert peek_size(save(tmp_path / f'depth{suffix}', np.ones(grid, np.uint16))) == grid


@pytest.mark.parametrize('suffix', ['.exr', '.EXR'])
def test_an_exr_header_is_not_read(tmp_path, suffix, monkeypatch):
    monkeypatch.setattr(cv2, 'haveImageWriter', lambda _: True)
    assert peek_size(tmp_path / f'depth{suffix}') is None


@pytest.mark.parametrize('read', [lambda path: read_depth(path, 1.0, RANGE), peek_size])
def test_where_opencv_has_no_exr_the_sentence_says_so(tmp_path, monkeypatch, read):
    monkeypatch.setattr(cv2, 'haveImageWriter', lambda _: False)
    path = tmp_path / 'depth.exr'
    path.write_bytes(b'v/1\x01' + bytes(100))
    with pytest.raises(BadFileError, match=r'depth\.exr: OpenCV .* has no EXR: convert it to npy'):
        read(path)


@pytest.mark.parametrize('suffix', ['.png', '.npy', '.tiff'])
def test_an_unreadable_header_is_a_bad_file(tmp_path, suffix):
    path = tmp_path / f'depth{suffix}'
    path.write_bytes(b'no header')
    with pytest.raises(BadFileError, match=rf'depth\{suffix}: 9 bytes.*copy it anew'):
        peek_size(path)


def test_a_header_of_three_axes_is_a_bad_file(tmp_path):
    with pytest.raises(BadFileError, match='one number a pixel'):
        peek_size(save(tmp_path / 'depth.npy', np.ones((6, 8, 3), np.float32)))


@pytest.mark.parametrize('orientation', range(1, 9))
def test_the_header_tells_the_size_of_the_upright_image(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = picture_file(tmp_path, '.jpg', exif=exif)
    assert peek_size(path) == read_color(path).shape[:2]
    assert peek_size(path) == ((30, 40) if orientation < 5 else (40, 30))


@pytest.mark.parametrize('name', ['room', 'room.1', 'a.b.png', 'deep/er/room'])
@pytest.mark.parametrize(('farthest', 'suffix'), [(9, '.png'), (65.534, '.png'), (65.535, '.npy')])
def test_written_depth_is_read_back_within_half_a_millimeter(tmp_path, name, farthest, suffix):
    depth = np.random.default_rng(0).uniform(0.5, farthest, (6, 8)).astype(np.float32)
    depth[0, :2] = farthest, 0
    path = write_depth(tmp_path / name, depth)
    assert path == tmp_path / f'{name}{suffix}'
    again = read_depth(path, 0.001 if suffix == '.png' else 1.0, (0.1, 100))
    np.testing.assert_allclose(again, depth, atol=0.000501)


def test_depth_is_written_once_whatever_its_type_was_before(tmp_path):
    for farthest, name in ((70.0, 'a.b.npy'), (2.0, 'a.b.png'), (70.0, 'a.b.npy')):
        write_depth(tmp_path / 'a.b', np.full((2, 2), farthest))
        assert [path.name for path in tmp_path.iterdir()] == [name]


def test_names_that_differ_behind_a_dot_do_not_overwrite_each_other(tmp_path):
    paths = [write_depth(tmp_path / name, METERS) for name in ('room.1', 'room.2', 'room')]
    assert len(set(paths)) == len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize('farthest', [9.0, 90.0])
@pytest.mark.parametrize('value', [np.nan, np.inf, -np.inf, -1.0])
def test_what_is_no_depth_is_written_as_missing(tmp_path, farthest, value):
    depth = np.full((6, 8), farthest, np.float32)
    depth[2, 3] = value
    path = write_depth(tmp_path / 'depth', depth)
    again = read_depth(path, 0.001 if path.suffix == '.png' else 1.0, (0.1, 100))
    assert again[2, 3] == 0
    assert (again == np.float32(farthest)).sum() == 47


def test_an_image_that_opencv_does_not_write_is_an_error():
    with pytest.raises(OSError, match=r'writes no \.nothing of uint8 and shape \(2, 3\): take npy'):
        encode_image('.nothing', np.zeros((2, 3), np.uint8))


def test_depth_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / 'depth.png').mkdir()
    with pytest.raises(OSError, match=r'depth\.png'):
        write_depth(tmp_path / 'depth', METERS)


@pytest.mark.parametrize(
    ('values', 'accepted'),
    [
        ((0.001, 0.001, 5, 600, 600), True),  # few pixels are plausible, their median is
        ((0.001, 0.001, 0.001, 5, 6), False),
        ((5, 6, 600, 600, 600), False),
        ((0, 0, 0, 0, 5), True),  # only what was measured counts
    ],
)
def test_the_median_decides_whatever_most_pixels_are(tmp_path, values, accepted):
    path = save(tmp_path / 'depth.npy', np.array([values, values], np.float32))
    if accepted:
        depth = read_depth(path, 1.0, RANGE)
        np.testing.assert_array_equal(depth, [[5 if v == 5 else 0 for v in values]] * 2)
    else:
        assert 'median depth is' in complaint(path, 1.0)


@pytest.mark.filterwarnings('error')
def test_depth_without_a_measured_pixel_is_refused_though_the_range_begins_at_zero(tmp_path):
    path = save(tmp_path / 'depth.png', np.zeros((6, 8), np.uint16))
    assert 'no pixel of 6x8 was measured' in complaint(path, depth_range=(0.0, 10.0))


@pytest.mark.parametrize('dtype', [np.uint16, np.int32])
def test_the_largest_number_of_an_integer_type_is_missing(tmp_path, dtype):
    largest = np.iinfo(dtype).max
    np.save(tmp_path / 'a.npy', np.array([[largest, 4], [0, 5]], dtype))
    depth = read_depth(tmp_path / 'a.npy', 1.0, (0.0, np.inf))
    np.testing.assert_array_equal(depth, [[0, 4], [0, 5]])


@pytest.mark.parametrize('suffix', ['.npy', '.npz', '.tiff'])
@pytest.mark.parametrize('dtype', ['u2', '>u2', 'i4', 'u4', 'i8', 'f4', '>f8'])
@pytest.mark.parametrize('scale', [0.001, 0.0002, 1 / 256])
def test_65535_is_missing_in_every_type_and_unit(tmp_path, suffix, dtype, scale):
    stored = np.array([[65535, 2000], [65534, 65535]], dtype)
    path = tmp_path / f'a{suffix}'
    if suffix == '.npz':
        np.savez(path, stored)
    elif suffix == '.npy':
        np.save(path, stored)
    elif dtype in ('u2', 'i4', 'f4'):
        save(path, stored)
    else:
        return
    expected = np.array([[0, 2000], [65534, 0]]) * scale
    np.testing.assert_allclose(read_depth(path, scale, (0.0, 1e3)), expected, rtol=1e-6)


def test_negative_depth_is_called_negative(tmp_path):
    np.save(tmp_path / 'a.npy', np.array([[-2.0, np.nan], [-3.0, 0.0]], np.float32))
    with pytest.raises(
        BadFileError, match=r'a\.npy: depth is negative, median -2\.5 m .* 2 of 2x2'
    ):
        read_depth(tmp_path / 'a.npy', 1.0, (0.0, 10.0))
