import h5py
import numpy as np
import pytest
from scipy.io import savemat

from tests.test_datasets.test_converters.conftest import meters, millimeters, put, smooth

VIEW = (24, 32)


def labeled(path, count=4):
    """`nyu_depth_v2_labeled.mat`: MATLAB's H x W x 3 x N and H x W x N, seen by HDF5 reversed."""
    images = np.stack([smooth(VIEW, seed)[..., ::-1] for seed in range(count)])
    depths = np.stack([meters(VIEW, seed) for seed in range(count)]).astype(np.float32)
    with h5py.File(path, 'w', userblock_size=512) as file:
        file['images'] = images.transpose(0, 3, 2, 1)
        file['depths'] = depths.transpose(0, 2, 1)
        file['names'] = np.zeros(3)
    return path


def test_labeled_set_with_the_official_split(run, tmp_path):
    src = labeled(tmp_path / 'nyu_depth_v2_labeled.mat')
    columns = dict(trainNdxs=np.array([[1], [4]], np.uint16), testNdxs=np.array([[2], [3]]))
    savemat(tmp_path / 'splits.mat', columns)
    out = run('nyu', src, jobs=2)
    assert sorted(out.files) == ['test/0002', 'test/0003', 'train/0001', 'train/0004']
    for name, entry in out.files.items():
        seed = int(entry['name']) - 1
        out.check(name, smooth(VIEW, seed), meters(VIEW, seed))
        assert entry['focal'] == [518.8579, 519.4696]
    assert out.manifest['sensor'] == 'Kinect v1'


def test_without_the_split_file_there_is_no_split(run, tmp_path):
    out = run('nyu', labeled(tmp_path / 'nyu.mat'))
    assert sorted(out.files) == ['0001', '0002', '0003', '0004']
    assert (out.root / 'images/0001.jpg').is_file()


def test_a_split_that_is_none_is_refused(run, tmp_path):
    src = labeled(tmp_path / 'nyu.mat', 2)
    with pytest.raises(FileNotFoundError, match=r'gone\.mat'):
        run('nyu', src, splits=tmp_path / 'gone.mat')
    savemat(tmp_path / 'other.mat', dict(a=1))
    with pytest.raises(ValueError, match=r'other\.mat: has no trainNdxs'):
        run('nyu', src, splits=tmp_path / 'other.mat')
    savemat(tmp_path / 'big.mat', dict(trainNdxs=[[3]], testNdxs=[[1]]))
    with pytest.raises(ValueError, match=r'big\.mat: names image 3 of 2'):
        run('nyu', src, splits=tmp_path / 'big.mat')


def test_a_file_that_is_no_labeled_set_is_refused(run, tmp_path):
    path = labeled(tmp_path / 'cut.mat')
    path.write_bytes(path.read_bytes()[:-3000])
    with pytest.raises(ValueError, match=r'cut\.mat: damaged, or not'):
        run('nyu', path)
    with h5py.File(tmp_path / 'other.mat', 'w') as file:
        file['images'] = np.zeros(1)
    with pytest.raises(ValueError, match=r"other\.mat: has \['images'\]"):
        run('nyu', tmp_path / 'other.mat')


def test_bts_folders(run, tmp_path):
    """sync/SCENE and official_splits/test/SCENE, depth in millimeters."""
    src = tmp_path / 'nyu_depth_v2'
    places = [('sync/bath_0001', 0), ('sync/den_0002', 1), ('official_splits/test/den', 2)]
    for place, seed in places:
        put(src / place / f'rgb_{seed:05d}.jpg', smooth(VIEW, seed))
        put(src / place / f'sync_depth_{seed:05d}.png', millimeters(meters(VIEW, seed)))
    put(src / 'sync/den_0002/rgb_00009.jpg', smooth(VIEW))
    out = run('nyu', src)
    assert sorted(out.files) == [
        'test/official_splits/test/den/00002',
        'train/sync/bath_0001/00000',
        'train/sync/den_0002/00001',
    ]
    for (place, seed), split in zip(places, ('train', 'train', 'test'), strict=True):
        name = f'{split}/{place}/{seed:05d}'
        out.check(name, smooth(VIEW, seed), meters(VIEW, seed))
        source = src / place / f'rgb_{seed:05d}.jpg'
        copied = out.root / out.files[name]['image']['path']
        assert copied.read_bytes() == source.read_bytes()
    assert out.report.rejected == {'no depth file': 1}
    inside = run('nyu', src / 'official_splits/test', 'inside')
    assert list(inside.files) == ['test/den/00002']
