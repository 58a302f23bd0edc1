import numpy as np
import pytest

from mmwsdepth.datasets.orientations import ORIENTATIONS
from tests.test_datasets.test_converters.conftest import meters, millimeters, put, smooth


def test_folders_called_train_and_val_are_the_splits(run, pairs):
    out = run('folder', pairs('train/a', 'val/a', 'val/room/b').root, test_share=0.1)
    assert sorted(out.files) == ['test/a', 'test/room/b', 'train/a']
    out.check('test/room/b', smooth(seed=2), meters(seed=2))


def test_folders_of_one_split_keep_their_names_apart(run, pairs):
    out = run('folder', pairs('train/a', 'val/a', 'test/a').root)
    assert sorted(out.files) == ['test/test/a', 'test/val/a', 'train/a']


def test_hr_depth_without_an_image_is_named(run, pairs):
    root = pairs('a').root
    put(root / 'laser/b.npy', meters((24, 32)))
    report = run('folder', root, hr_depths='laser').report
    assert report.rejected == {'no color image': 1}


def test_depth_beside_color_by_suffix_in_another_unit_with_hr(run, tmp_path):
    color, depth = smooth(), meters()
    put(tmp_path / 'scan/a.png', color)
    put(tmp_path / 'scan/a_depth.png', np.round(depth * 5000).astype(np.uint16))
    put(tmp_path / 'better/a_depth.npy', meters((24, 32)) * 5000)
    src = dict(images='scan', depths='scan', hr_depths='better', depth_suffix='_depth')
    out = run('folder', tmp_path, unit=1 / 5000, test_share=0, **src)
    assert list(out.files) == ['a']
    out.check('a', color, depth, meters((24, 32)))


def test_a_wrong_unit_is_refused_before_it_is_written(run, tmp_path):
    put(tmp_path / 'images/a.png', smooth())
    put(tmp_path / 'depths/a.png', millimeters(meters()))
    with pytest.raises(ValueError, match=r'median depth is .* m with depth_scale=1'):
        run('folder', tmp_path, unit=1.0)


def test_a_jpeg_is_copied_as_it_is(run, pairs):
    folder = pairs('a', suffix='.jpg')
    out = run('folder', folder.root, test_share=0)
    source = (folder.image / 'a.jpg').read_bytes()
    assert (out.root / 'images/a.jpg').read_bytes() == source


def test_a_folder_without_images_names_the_option(run, tmp_path):
    (tmp_path / 'images').mkdir()
    (tmp_path / 'depths').mkdir()
    with pytest.raises(ValueError, match=r'images: no \.jpg.*--images'):
        run('folder', tmp_path)


@pytest.mark.parametrize('name', ORIENTATIONS)
def test_depth_is_turned_alone(run, pairs, name):
    folder = pairs('a')
    array = np.ascontiguousarray(ORIENTATIONS[name](millimeters(meters())))
    put(folder.depth / 'a.png', array)
    undo = {'rotate90': 'rotate270', 'rotate270': 'rotate90'}.get(name, name)
    out = run('folder', folder.root, orient_depth=undo, test_share=0)
    out.check('a', smooth(), meters())


def test_the_largest_number_is_missing_and_negative_depth_named(run, pairs):
    folder = pairs('a', 'b')
    saturated = meters() > 4
    put(folder.depth / 'a.png', np.where(saturated, 65535, millimeters(meters())).astype(np.uint16))
    (folder.depth / 'b.png').unlink()
    put(folder.depth / 'b.npy', -meters())
    out = run('folder', folder.root, test_share=0)
    out.check('a', smooth(), np.where(saturated, 0, meters()))
    assert 'b.npy: depth is negative' in out.report.examples['bad file']
