import struct
import zipfile

import numpy as np
import pytest

from mmwsdepth.datasets.array_io import peek_array, read_array
from mmwsdepth.datasets.bad_file import BadFileError
from mmwsdepth.datasets.depth_io import read_depth

METERS = np.linspace(0.5, 9.5, 48).reshape(6, 8).astype(np.float32)


def npy(shape, dtype='<f4', order=False, data=b'', version=1):
    """An npy file whose header says what it likes."""
    text = repr(dict(descr=dtype, fortran_order=order, shape=shape)).encode() + b'\n'
    length = struct.pack('<H' if version == 1 else '<I', len(text))
    return b'\x93NUMPY' + bytes([version, 0]) + length + text + data


@pytest.mark.parametrize('suffix', ['.npy', '.npz', '.NPY'])
@pytest.mark.parametrize('dtype', ['<f4', '>f4', '<f2', '>f8', '>u2', '<u2', '<i4', '>i8', '|u1'])
@pytest.mark.parametrize('layout', ['C', 'F', 'turned'])
def test_every_layout_of_numbers_is_read_alike(tmp_path, suffix, dtype, layout):
    expected = METERS.astype(dtype)
    stored = dict(C=expected, F=np.asfortranarray(expected), turned=expected[::-1, ::-1])[layout]
    path = tmp_path / f'depth{suffix}'
    with path.open('wb') as file:
        if suffix == '.npz':
            np.savez_compressed(file, depth=stored)
        else:
            np.save(file, stored)
    found = read_array(path)
    np.testing.assert_array_equal(found, stored)
    assert found.dtype.isnative and found.flags.c_contiguous
    assert peek_array(path) == (6, 8)
    assert read_depth(path, 1.0, (0.1, 10)).dtype == np.float32


@pytest.mark.parametrize('shape', [(1, 6, 8), (6, 8, 1), (1, 6, 8, 1)])
def test_axes_of_one_are_dropped(tmp_path, shape):
    np.save(tmp_path / 'a.npy', METERS.reshape(shape))
    np.testing.assert_array_equal(read_array(tmp_path / 'a.npy'), METERS)


def test_a_single_row_stays_a_row(tmp_path):
    np.save(tmp_path / 'a.npy', METERS[:1])
    assert read_array(tmp_path / 'a.npy').shape == peek_array(tmp_path / 'a.npy') == (1, 8)


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        (npy((6, 8), data=bytes(100)), r'its header tells of shape \(6, 8\), which takes 192'),
        (npy((9000, 9000)), r'tells of shape \(9000, 9000\), which takes 324000000'),
        (npy((10**6, 10**6)), '1000000 million pixels, the limit is 200 million'),
        (npy((2**40, 2**40)), 'million pixels, the limit is'),
        (npy((-1, 8), data=bytes(100)), r'tells of shape \(-1, 8\)'),
        (npy((-6, -8), data=bytes(300)), r'tells of shape \(-6, -8\)'),
        (npy((0, 8)), 'without any pixel'),
        (npy((6.5, 8), data=bytes(300)), 'no whole npy file'),
        (npy((8,), data=bytes(32)), r'an array of float32 and shape \(8,\), depth needs one'),
        (npy((), data=bytes(4)), 'depth needs one number a pixel'),
        (npy((6, 8, 3), data=bytes(600)), 'depth needs one number a pixel'),
        (npy((6, 8), '|O', data=bytes(600)), 'an array of object'),
        (npy((6, 8), '<c8', data=bytes(600)), 'an array of complex64'),
        (npy((6, 8), '|b1', data=bytes(600)), 'an array of bool'),
        (npy((6, 8), '<U3', data=bytes(900)), 'an array of <U3'),
        (npy((6, 8), [('z', '<f4')], data=bytes(600)), 'depth needs one number a pixel'),
        (npy((6, 8), 'nonsense', data=bytes(600)), 'no whole npy file'),
        (npy((6, 8), version=9, data=bytes(600)), 'no whole npy file'),
        (b'\x93NUMPY\x01\x00\xff\xff{', 'no whole npy file'),
        (b'', '0 bytes, no whole npy file'),
    ],
)
@pytest.mark.parametrize('read', [peek_array, read_array])
def test_a_header_that_cannot_be_is_a_bad_file(tmp_path, content, words, read):
    path = tmp_path / 'a.npy'
    path.write_bytes(content)
    with pytest.raises(BadFileError, match=rf'a\.npy: .*{words}') as caught:
        read(path)
    assert '\n' not in str(caught.value)


def test_large_headers_are_read(tmp_path):
    (tmp_path / 'a.npy').write_bytes(npy((6, 8), data=METERS.tobytes(), version=2))
    np.testing.assert_array_equal(read_array(tmp_path / 'a.npy'), METERS)


@pytest.mark.parametrize('read', [peek_array, read_array])
def test_an_npz_needs_one_array(tmp_path, read):
    path = tmp_path / 'a.npz'
    np.savez(path, depth=METERS, mask=METERS)
    with pytest.raises(BadFileError, match=r'a\.npz: 2 arrays, need one: save it alone'):
        read(path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(BadFileError, match=r'a\.npz: 100 bytes, no whole npz file'):
        read(path)
    path.unlink()
    with pytest.raises(BadFileError, match=r'a\.npz: no such file'):
        read(path)


@pytest.mark.parametrize('read', [peek_array, read_array])
def test_an_npz_that_is_larger_than_it_says_is_a_bad_file(tmp_path, read):
    path = tmp_path / 'a.npz'
    with zipfile.ZipFile(path, 'w') as archive:
        archive.writestr('depth.npy', npy((9000, 9000)))
    with pytest.raises(BadFileError, match='which takes 324000000'):
        read(path)
