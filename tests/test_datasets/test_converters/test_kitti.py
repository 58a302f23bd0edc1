from pathlib import Path

import numpy as np
import pytest

from mmwsdepth.datasets.converters.kitti import DEPTH_SCALE
from tests.test_datasets.test_converters.conftest import meters, put, smooth

DATE, DRIVE = '2011_09_26', '2011_09_26_drive_0001_sync'
FRAMES = ((DRIVE, '0000000005'), (DRIVE.replace('0001', '0002'), '0000000007'))
CALIBRATION = (
    'P_rect_02: 7.215377e+02 0 6.095593e+02 4.485728e+01 0 7.215000e+02 1.72854e+02 0 0 0 1 0\n'
)


def depth_png(seed):
    """KITTI's: 16 bit, meters times 256."""
    return np.round(meters((24, 32), seed, 200.0) * 256).astype(np.uint16)


def layout(root, suffix='.png'):
    """The depth set beside the raw data; a frame each for training and validation."""
    for seed, (split, (drive, file)) in enumerate(zip(('train', 'val'), FRAMES, strict=True)):
        truth = root / f'depth/{split}/{drive}/proj_depth/groundtruth/image_02/{file}.png'
        put(truth, depth_png(seed))
        put(root / f'raw/{DATE}/{drive}/image_02/data/{file}{suffix}', smooth((24, 32), seed))
    (root / f'raw/{DATE}/calib_cam_to_cam.txt').write_text(f'calib_time: x\n{CALIBRATION}')
    return root / 'depth', root / 'raw'


def listed(drive, file):
    """A frame of `layout` as the lists of the Eigen split have it."""
    depth = f'{drive}/proj_depth/groundtruth/image_02/{file}.png'
    return f'{DATE}/{drive}/image_02/data/{file}.png {depth} 721.5377'


@pytest.mark.parametrize('suffix', ['.png', '.jpg'])
def test_annotated_depth_beside_raw_images(run, tmp_path, suffix):
    src, raw = layout(tmp_path, suffix)
    out = run('kitti', src, raw=raw)
    names = (
        f'train/{DRIVE}/image_02/0000000005',
        f'test/{DRIVE.replace("0001", "0002")}/image_02/0000000007',
    )
    assert set(out.files) == set(names)
    for seed, name in enumerate(names):
        stored = out.read(name) / out.manifest['depth_scale']
        np.testing.assert_array_equal(stored, depth_png(seed))
        out.check(name, smooth((24, 32), seed), meters((24, 32), seed, 200.0))
        assert out.files[name]['focal'] == [721.5377, 721.5]
    assert out.manifest['depth_scale'] == DEPTH_SCALE and out.read(names[0]).max() > 66


@pytest.mark.parametrize('below', ['', 'DRIVE', 'DRIVE/proj_depth', 'DRIVE/proj_depth/groundtruth'])
def test_the_split_is_known_from_within_the_data(run, tmp_path, monkeypatch, below):
    src, raw = layout(tmp_path)
    drive = FRAMES[1][0]
    monkeypatch.chdir(src / 'val' / below.replace('DRIVE', drive))
    out = run('kitti', Path(), raw=raw)
    assert list(out.files) == [f'test/{drive}/image_02/0000000007']


def test_a_frame_without_its_raw_image_is_left_out(run, tmp_path):
    src, raw = layout(tmp_path)
    next(raw.rglob('0000000005.png')).unlink()
    out = run('kitti', src, raw=raw)
    assert out.report.rejected == {'no color image': 1} and len(out.files) == 1
    assert '0000000005' in out.report.examples['no color image']


def test_the_official_selection_has_its_images_beside_it(run, tmp_path):
    folder, stem = tmp_path / 'val_selection_cropped', '2011_09_26_drive_0002_sync'
    put(
        folder / f'groundtruth_depth/{stem}_groundtruth_depth_0000000005_image_02.png', depth_png(3)
    )
    put(folder / f'image/{stem}_image_0000000005_image_02.png', smooth((24, 32), 3))
    out = run('kitti', folder)
    (name,) = out.files
    assert name == f'selection/{stem}_image_0000000005_image_02'
    out.check(name, smooth((24, 32), 3), meters((24, 32), 3, 200.0))


def test_lists_of_the_eigen_split(run, tmp_path):
    src, raw = layout(tmp_path)
    lines = [listed(*frame) for frame in FRAMES]
    train, test = tmp_path / 'train.txt', tmp_path / 'test.txt'
    train.write_text(f'{lines[1]}\n{DATE}/{DRIVE}/image_02/data/0000000001.png None 721.5377\n')
    test.write_text(lines[0] + '\n')
    out = run('kitti', src, raw=raw, train_list=train, test_list=test)
    assert set(out.files) == {
        f'test/{DRIVE}/image_02/0000000005',
        f'train/{FRAMES[1][0]}/image_02/0000000007',
    }
    out.check(f'test/{DRIVE}/image_02/0000000005', smooth((24, 32), 0), meters((24, 32), 0, 200.0))
    assert out.report.rejected == {'no depth file': 1}
    only = run('kitti', src, 'only', raw=raw, test_list=test)
    assert list(only.files) == [f'test/{DRIVE}/image_02/0000000005']


@pytest.mark.parametrize('line', ['a.png', 'a/b/../../c.png d.png', 'a/b/c/d/e.png ../f.png'])
def test_a_line_that_makes_no_sense_is_named(run, tmp_path, line):
    src, raw = layout(tmp_path)
    path = tmp_path / 'list.txt'
    path.write_text(f'\n{line}\n')
    with pytest.raises(ValueError, match=r'list\.txt:2: found'):
        run('kitti', src, raw=raw, test_list=path)
    with pytest.raises(FileNotFoundError, match=r'gone\.txt'):
        run('kitti', src, raw=raw, test_list=tmp_path / 'gone.txt')
