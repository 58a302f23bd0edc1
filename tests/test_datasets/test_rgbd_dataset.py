import pickle
import shutil

import cv2
import numpy as np
import pytest
from torch.utils.data import DataLoader

from mmwsdepth.apis import one_sentence_errors
from mmwsdepth.datasets import NYUDepthDataset, RGBDDataset
from mmwsdepth.registry import DATASETS

LOAD = [dict(type='mmwsdepth.LoadColor'), dict(type='mmwsdepth.LoadDepth')]
PACK = [*LOAD, dict(type='mmwsdepth.PackRGBDInputs')]
HR = dict(img_path='images', depth_map_path='annotations', hr_depth_map_path='hr')


def names(dataset):
    return [dataset.get_data_info(i)['name'] for i in range(len(dataset))]


@pytest.fixture
def dataset(rgbd_folder):
    """Make the data set of the folder."""

    def make(dataset_type='RGBDDataset', pipeline=LOAD, **options):
        config = dict(type=f'mmwsdepth.{dataset_type}', data_root=str(rgbd_folder.root))
        return DATASETS.build(config | dict(pipeline=pipeline) | options)

    return make


def test_a_folder_without_faults_gives_its_pairs_and_no_warning(rgbd_folder, dataset, warned):
    files = rgbd_folder.add('kitchen/a', depth='.npy')
    rgbd_folder.add('b', image='.JPG', depth='.PNG')
    data = dataset(depth_scale=0.01, depth_range=[0.1, 80])
    assert names(data) == ['b', 'kitchen/a']
    assert not warned
    assert data.get_data_info(1) | dict(sample_idx=0) == dict(
        name='kitchen/a',
        img_path=str(files.image),
        depth_map_path=str(files.depth),
        depth_scale=0.01,
        depth_range=(0.1, 80),
        sample_idx=0,
    )


FAULTS = {
    'no depth': lambda folder, cut: folder.add('bad', depth=None).image,
    'no image': lambda folder, cut: folder.add('bad', image=None).depth,
    'another aspect': lambda folder, cut: folder.add('bad', grid=(6, 9)).depth,
    'portrait depth': lambda folder, cut: folder.add('bad', grid=(8, 6)).depth,
    'finer depth': lambda folder, cut: folder.add('bad', grid=(48, 64)).depth,
    'truncated jpg': lambda folder, cut: cut(folder.add('bad', image='.jpg').image),
    'truncated png': lambda folder, cut: cut(folder.add('bad').image),
    'truncated depth': lambda folder, cut: cut(folder.add('bad').depth),
    'truncated npy': lambda folder, cut: cut(folder.add('bad', depth='.npy').depth),
    'no bytes': lambda folder, cut: cut(folder.add('bad').image, 0),
}


@pytest.mark.parametrize('fault', FAULTS)
def test_a_bad_pair_is_left_out_counted_and_named_in_one_warning(
    rgbd_folder, dataset, truncate, warned, fault
):
    for name in ('a', 'z'):
        rgbd_folder.add(name)
    path = FAULTS[fault](rgbd_folder, truncate)
    assert names(dataset()) == ['a', 'z']
    (message,) = warned
    assert f'left out 1 bad of 3: {path}: ' in message
    assert '\n' not in message and '; and ' not in message


def test_many_bad_pairs_are_one_warning_that_names_the_first(rgbd_folder, dataset, warned):
    rgbd_folder.add('a')
    for number in range(4):
        rgbd_folder.add(f'lonely_image_{number}', depth=None)
    rgbd_folder.add('lonely_depth', image=None)
    assert names(dataset()) == ['a']
    (message,) = warned
    assert 'left out 5 bad of 6' in message and message.endswith('; and 2 more')
    assert message.count('image without depth') == 3


@pytest.mark.parametrize('fault', [None, *FAULTS])
def test_a_folder_without_usable_pair_is_an_error(rgbd_folder, dataset, truncate, fault):
    if fault:
        FAULTS[fault](rgbd_folder, truncate)
    number = int(fault not in (None, 'no image'))
    complaint = r', first complaint: .*bad\.' if fault else ''
    with pytest.raises(
        ValueError, match=f'images: no usable pair of image and depth among {number}.*{complaint}'
    ):
        dataset()


@pytest.mark.parametrize('gone', ['images', 'annotations', 'hr'])
def test_a_missing_folder_is_named(rgbd_folder, dataset, gone):
    rgbd_folder.add('a', hr='.png')
    shutil.rmtree(rgbd_folder.root / gone)
    with pytest.raises(FileNotFoundError, match=f'{rgbd_folder.root / gone}: no such folder'):
        dataset(data_prefix=HR)


def test_portrait_and_landscape_and_other_sizes_share_a_folder(rgbd_folder, dataset):
    grids = {(24, 32): (6, 8), (32, 24): (8, 6), (60, 75): (8, 10), (25, 33): (25, 33)}
    for number, (size, grid) in enumerate(grids.items()):
        rgbd_folder.add(str(number), size, grid)
    samples = list(map(dataset().__getitem__, range(4)))
    assert {s['img'].shape[:2]: s['gt_depth_map'].shape for s in samples} == grids


def test_a_split_file_picks_pairs_and_leaves_out_bad_ones(rgbd_folder, dataset, warned):
    for name in ('a', 'b', 'c'):
        rgbd_folder.add(name)
    split = rgbd_folder.root / 'split.txt'
    split.write_text('# image depth focal\nc.png c.png 518.8\na.png a.png\nd.png d.png\n')
    assert names(dataset(ann_file='split.txt')) == ['c', 'a']
    (message,) = warned
    assert f'left out 1 bad of 3: {rgbd_folder.root / "images/d.png"}: no such file' in message


@pytest.mark.parametrize(
    ('text', 'error', 'words'),
    [
        (None, FileNotFoundError, r'split\.txt: no such split file'),
        ('a.png\n', ValueError, r'split\.txt:1: found 1 column'),
        ('# nothing\n', ValueError, 'no usable pair of image and depth among 0 images'),
    ],
    ids=['missing', 'one column', 'empty'],
)
def test_a_bad_split_file_is_an_error(rgbd_folder, dataset, text, error, words):
    rgbd_folder.add('a')
    if text is not None:
        (rgbd_folder.root / 'split.txt').write_text(text)
    with pytest.raises(error, match=words):
        dataset(ann_file='split.txt')


@pytest.mark.parametrize('ann_file', ['', 'split.txt'])
def test_hr_ground_truth_comes_on_its_own_grid(rgbd_folder, dataset, ann_file):
    files = rgbd_folder.add('a', hr='.png')
    (rgbd_folder.root / 'split.txt').write_text('a.png a.png\n')
    data = dataset(ann_file=ann_file, data_prefix=HR)
    assert data.get_data_info(0)['hr_depth_map_path'] == str(files.hr)
    sample = data[0]
    assert sample['gt_depth_map'].shape == (6, 8)
    assert sample['gt_depth_map_hr'].shape == (24, 32)


def test_indices_choose_samples(rgbd_folder, dataset):
    for name in 'abcd':
        rgbd_folder.add(name)
    assert names(dataset(indices=2)) == ['a', 'b']
    assert names(dataset(indices=[3, 1])) == ['d', 'b']


BROKEN = {
    'color': lambda folder, damage: damage(folder.add('bad', (96, 128)).image),
    'depth': lambda folder, damage: damage(folder.add('bad', (96, 128), (48, 64)).depth),
}


@pytest.mark.parametrize('part', BROKEN)
def test_training_replaces_a_file_that_cannot_be_decoded(
    rgbd_folder, dataset, damage, warned, part
):
    rgbd_folder.add('a')
    path = BROKEN[part](rgbd_folder, damage)
    data = dataset(pipeline=PACK)
    assert names(data) == ['a', 'bad'] and not warned
    np.random.seed(0)
    assert data[1]['data_samples'].name == 'a'
    assert data.num_bad_files == len(warned) > 0
    assert warned[0].startswith(f'bad file number 1 of this process: {path}: ')
    before = data.num_bad_files
    assert data[0]['data_samples'].name == 'a' and data.num_bad_files == before


@pytest.mark.parametrize('part', BROKEN)
def test_testing_goes_on_with_an_empty_sample(rgbd_folder, dataset, damage, warned, part):
    rgbd_folder.add('a')
    BROKEN[part](rgbd_folder, damage)
    data = dataset(pipeline=PACK, test_mode=True)
    sample = data[1]['data_samples']
    assert sample.name == 'bad' and sample.is_bad
    assert data[1]['inputs'].shape == (3, 96, 128) and not data[1]['inputs'].any()
    assert not sample.gt_depth_map.data.any()
    assert data.num_bad_files == len(warned) == 3
    assert 'is_bad' not in data[0]['data_samples']
    assert 'is_bad' not in data.get_data_info(1)


def test_one_file_that_contradicts_the_scale_counts_as_bad(rgbd_folder, dataset, warned):
    rgbd_folder.add('a')
    depth = rgbd_folder.add('b').depth
    size = cv2.imread(str(depth), cv2.IMREAD_UNCHANGED).shape
    cv2.imwrite(str(depth), np.full(size, 200, np.uint8))
    data = dataset(pipeline=PACK, test_mode=True)
    assert 'is_bad' not in data[0]['data_samples']
    assert data[1]['data_samples'].is_bad
    assert '8-bit depth with depth_scale=0.001' in warned[0]


def test_depth_that_contradicts_the_scale_everywhere_is_refused_at_the_start(rgbd_folder, dataset):
    for name in 'abcdefg':
        rgbd_folder.add(name)
    with pytest.raises(ValueError, match=r'all of 7 depth files .* set depth_scale to the meters'):
        dataset(depth_scale=1.0)


def test_nothing_but_undecodable_files_is_refused_at_the_start(rgbd_folder, dataset, damage):
    BROKEN['depth'](rgbd_folder, damage)
    with pytest.raises(ValueError, match='all of 1 depth files looked into are bad'):
        dataset()


def test_the_pipeline_cannot_change_the_list(rgbd_folder, dataset):
    rgbd_folder.add('a')
    data = dataset()
    data[0]['name'] = 'changed'
    assert data[0]['name'] == 'a'


def test_a_data_set_survives_pickling(rgbd_folder, dataset):
    rgbd_folder.add('a')
    data = dataset()
    again = pickle.loads(pickle.dumps(data))
    np.testing.assert_array_equal(again[0]['img'], data[0]['img'])


@pytest.mark.parametrize(
    ('dataset_type', 'expected'),
    [('RGBDDataset', (0.001, 100.0)), ('NYUDepthDataset', (0.001, 10.0))],
)
def test_the_range_is_by_default_the_class_s(rgbd_folder, dataset, dataset_type, expected):
    rgbd_folder.add('a')
    data = dataset(dataset_type)
    assert data.get_data_info(0)['depth_range'] == expected == type(data).DEPTH_RANGE
    assert data.metainfo['task'] == 'depth'
    chosen = dataset(dataset_type, depth_range=(0.5, 5.0))
    assert chosen.get_data_info(0)['depth_range'] == (0.5, 5.0)


def test_nyu_is_an_rgbd_data_set_that_drops_what_lies_beyond_ten_meters(rgbd_folder, dataset):
    files = rgbd_folder.add('a', depth='.npy')
    np.save(files.depth, np.float32([[2, 9.9, 10, 10.1]] * 3))
    depth = dataset('NYUDepthDataset', depth_scale=1.0)[0]['gt_depth_map']
    np.testing.assert_array_equal(depth[0], np.float32([2, 9.9, 10, 0]))
    assert issubclass(NYUDepthDataset, RGBDDataset)


@pytest.mark.parametrize('test_mode', [False, True])
@pytest.mark.parametrize('folder', ['', 'images', 'annotations'])
def test_a_data_set_that_vanishes_is_one_error_and_no_warning(
    rgbd_folder, dataset, warned, folder, test_mode
):
    for index in range(40):
        rgbd_folder.add(f'room_{index}')
    data = dataset(test_mode=test_mode)
    shutil.rmtree(rgbd_folder.root / folder)
    with pytest.raises(FileNotFoundError, match=rf'^{rgbd_folder.root}: none of 5 samples looked'):
        data[3]
    assert not warned


def test_a_vanished_data_set_ends_in_one_sentence_from_a_loading_worker_too(rgbd_folder, dataset):
    rgbd_folder.add('a')
    data = dataset()
    shutil.rmtree(rgbd_folder.root)
    with pytest.raises(SystemExit) as end, one_sentence_errors():
        next(iter(DataLoader(data, num_workers=1)))
    assert str(end.value).startswith(f'error: {rgbd_folder.root}: none of 1 samples looked into')
    assert '\n' not in str(end.value)
