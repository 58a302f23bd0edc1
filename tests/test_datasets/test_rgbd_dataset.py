import pickle
import shutil

import cv2
import numpy as np
import pytest
from PIL import Image

from mmwsdepth.datasets import NYUDepthDataset, RGBDDataset
from mmwsdepth.datasets.sampler import SeededIndex
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
        sizes=((24, 32), (6, 8)),
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
    assert f'left out 1 bad of 3: {split}:4: {rgbd_folder.root}/images/d.png: no such' in message


@pytest.mark.parametrize(
    ('text', 'error', 'words'),
    [
        (None, FileNotFoundError, r'split\.txt: no such split file'),
        ('a.png\n', ValueError, r'split\.txt:1: found 1 column'),
        ('# nothing\n', ValueError, r'split\.txt: 0 lines name a pair: write an image and a depth'),
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


@pytest.mark.parametrize('ann_file', ['', 'split.txt'])
def test_where_hr_ground_truth_is_asked_for_every_pair_has_it(
    rgbd_folder, dataset, warned, ann_file
):
    images = [rgbd_folder.add(name, hr='.npy' if name == 'b' else None).image for name in 'abc']
    (rgbd_folder.root / 'split.txt').write_text('a a\nb b\nc c\n')
    assert names(dataset(ann_file=ann_file, data_prefix=HR)) == ['b']
    (message,) = warned
    assert f'left out 2 bad of 3: {images[0]}: no HR depth in {rgbd_folder.root}/hr; ' in message
    assert names(dataset()) == ['a', 'b', 'c']


def test_where_no_pair_has_hr_ground_truth_that_is_an_error(rgbd_folder, dataset):
    rgbd_folder.add('a')
    rgbd_folder.add('b', depth=None, hr='.png')
    with pytest.raises(ValueError, match=r'among 2 images, .*/a\.png: no HR depth'):
        dataset(data_prefix=HR)


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
    assert data.num_bad_files == len(warned) == 1
    assert 'is_bad' not in data[0]['data_samples']
    assert 'is_bad' not in data.get_data_info(1)


@pytest.mark.parametrize('part', ['image', 'depth', 'hr'])
@pytest.mark.parametrize('emptied', [False, True])
def test_a_file_lost_while_testing_leaves_a_sample_of_its_size(
    rgbd_folder, dataset, warned, part, emptied
):
    for name in 'ab':
        files = rgbd_folder.add(name, (48, 64), (12, 16), hr='.npy')
    data = dataset(pipeline=PACK, data_prefix=HR, test_mode=True)
    path = getattr(files, part)
    if emptied:
        path.write_bytes(b'')
    else:
        path.unlink()
    shapes = [(s['inputs'].shape, s['data_samples'].gt_depth_map.shape) for s in (data[0], data[1])]
    assert shapes == [((3, 48, 64), (12, 16))] * 2
    assert data.num_bad_files == len(warned) == 1


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


MMENGINE = dict(
    lazy_init=True,
    metainfo=dict(name='mine'),
    filter_cfg=dict(any=1),
    serialize_data=False,
    max_refetch=3,
    backend_args=dict(backend='local'),
)


def test_mmengine_s_own_keys_are_taken(rgbd_folder, dataset):
    rgbd_folder.add('a')
    data = dataset(**MMENGINE)
    assert not data._fully_initialized and data.metainfo == dict(task='depth', name='mine')
    assert data.filter_cfg == dict(any=1) and data.max_refetch == 3
    assert data[0]['name'] == 'a' and len(data.data_list) == 1


def test_files_elsewhere_than_on_disk_are_refused(dataset):
    with pytest.raises(ValueError, match="backend_args names 'petrel': files are read from disk"):
        dataset(backend_args=dict(backend='petrel'))


@pytest.mark.parametrize('wrapper', ['ConcatDataset', 'RepeatDataset', 'both'])
def test_wrappers_keep_the_seed_of_an_index(rgbd_folder, dataset, wrapper):
    for name in 'abc':
        rgbd_folder.add(name)
    flip = [*LOAD, dict(type='mmwsdepth.RandomFlipRGBD', prob=0.5)]
    inner = dataset(pipeline=flip)
    wrapped = DATASETS.build(
        dict(
            ConcatDataset=dict(type='ConcatDataset', datasets=[inner, inner]),
            RepeatDataset=dict(type='RepeatDataset', dataset=inner, times=2),
            both=dict(
                type='ConcatDataset',
                datasets=[inner, dataset(pipeline=flip)],
            ),
        )[wrapper]
    )
    for draw in range(8):
        seed = (0, 0, draw)
        expected = inner[SeededIndex(1, seed)]['img']
        for index in (1, 4):
            found = wrapped[SeededIndex(index, seed)]
            assert found['name'] == 'b'
            np.testing.assert_array_equal(found['img'], expected)


def test_a_folder_gone_during_training_is_one_sentence(rgbd_folder, dataset, warned):
    for name in 'abcd':
        rgbd_folder.add(name)
    data = dataset(pipeline=PACK)
    (rgbd_folder.root / 'images').rename(rgbd_folder.root / 'elsewhere')
    for index in range(4):
        with pytest.raises(FileNotFoundError, match=r'images: gone with 4 pairs: bring it back'):
            data[index]
    assert not warned


@pytest.mark.parametrize('test_mode', [False, True])
def test_files_gone_during_training_are_named_then_counted(rgbd_folder, dataset, warned, test_mode):
    for number in range(30):
        rgbd_folder.add(f'{number:02d}')
    data = dataset(pipeline=PACK, test_mode=test_mode)
    for path in (rgbd_folder.root / 'images').iterdir():
        path.unlink()
    if test_mode:
        assert all(data[index]['data_samples'].is_bad for index in (*range(30), *range(30)))
    else:
        with pytest.raises(OSError, match=r'images: 1001 samples drawn .* 30 of 30 are bad'):
            data[0]
    assert data.num_bad_files == 30
    assert [text.split(' of')[0] for text in warned] == [
        f'bad file number {n}' for n in (1, 2, 3, 10)
    ]
    assert 'of further ones each tenth power is named' in warned[2]


def test_names_that_are_not_utf_8_are_trained_on_and_can_be_complained_about(
    rgbd_folder, dataset, warned, truncate
):
    rgbd_folder.add('foto\udce9')
    truncate(rgbd_folder.add('bild\udcfc').image)
    data = dataset(pipeline=PACK)
    assert names(data) == ['foto\udce9'] and data[0]['inputs'].shape == (3, 24, 32)
    (message,) = warned
    assert r'bild\udcfc.png' in message and message.encode('utf-8')


def test_images_that_are_turned_without_their_depth_are_one_warning(rgbd_folder, dataset, warned):
    for name in 'abcde':
        files = rgbd_folder.add(name)
        exif = Image.Exif()
        exif[0x0112] = 3
        Image.open(files.image).save(files.image, exif=exif)
    assert len(dataset()) == 5
    (message,) = warned
    assert 'EXIF rotates image and depth differently in 5 of 5 pairs' in message
    assert message.endswith('; and 2 more')


def test_only_the_main_process_looks_and_tells_the_others(rgbd_folder, dataset, monkeypatch):
    module = 'mmwsdepth.datasets.rgbd_dataset'
    rgbd_folder.add('a')
    found = []
    monkeypatch.setattr(f'{module}.broadcast_object_list', lambda data: found.append(data[0][:]))
    expected = names(dataset())

    def receive(data):
        data[0] = found[0]

    monkeypatch.setattr(f'{module}.is_main_process', lambda: False)
    monkeypatch.setattr(f'{module}.select_pairs', None)
    monkeypatch.setattr(f'{module}.broadcast_object_list', receive)
    assert names(dataset()) == expected
    found[0] = ValueError('nothing there')
    with pytest.raises(ValueError, match='nothing there'):
        dataset()


def test_an_error_of_the_main_process_is_told_before_it_is_raised(dataset, monkeypatch):
    told = []
    monkeypatch.setattr('mmwsdepth.datasets.rgbd_dataset.broadcast_object_list', told.extend)
    with pytest.raises(ValueError, match='no usable pair'):
        dataset()
    assert isinstance(told[0], ValueError)


SPLITS = [('train', 'train'), ('test', 'test'), ('val', 'test')]


@pytest.mark.parametrize(('split', 'folder'), SPLITS)
def test_a_split_is_its_folder(rgbd_folder, dataset, split, folder):
    for name in ('train/a', 'train/b', 'test/c'):
        rgbd_folder.add(name)
    data = dataset(split=split)
    assert names(data) == dict(train=['a', 'b'], test=['c'])[folder]
    assert data.data_prefix['depth_map_path'] == str(rgbd_folder.root / 'annotations' / folder)
    assert names(dataset()) == ['test/c', 'train/a', 'train/b']


def test_a_prefix_goes_before_the_split(rgbd_folder, dataset):
    for name in ('train/a', 'test/c', 'mine/d'):
        rgbd_folder.add(name)
    prefix = dict(img_path='images/mine', depth_map_path='annotations/mine')
    assert names(dataset(split='train', data_prefix=prefix)) == ['d']


@pytest.mark.parametrize(('number', 'num_test'), [(2, 1), (9, 1), (20, 2), (26, 3)])
def test_without_folders_the_last_tenth_is_for_testing(rgbd_folder, dataset, number, num_test):
    for index in range(number):
        rgbd_folder.add(f'{index:02d}')
    train, test, val = (names(dataset(split=split)) for split in ('train', 'test', 'val'))
    assert test == val and len(test) == num_test
    assert train + test == [f'{index:02d}' for index in range(number)]


def test_a_bad_pair_does_not_move_the_border(rgbd_folder, dataset, truncate):
    files = [rgbd_folder.add(f'{index:02d}') for index in range(20)]
    truncate(files[18].image)
    assert names(dataset(split='test')) == ['19']
    assert names(dataset(split='train'))[-1] == '17'


def test_a_split_file_is_not_parted(rgbd_folder, dataset):
    for name in 'abc':
        rgbd_folder.add(name)
    (rgbd_folder.root / 'split.txt').write_text('a.png a.png\nc.png c.png\n')
    assert names(dataset(split='train', ann_file='split.txt')) == ['a', 'c']


def test_a_missing_split_is_named(rgbd_folder, dataset):
    rgbd_folder.add('train/a')
    with pytest.raises(FileNotFoundError, match='images/test: no such folder'):
        dataset(split='test')
    with pytest.raises(ValueError, match="split='trian' is none of train, val, test"):
        dataset(split='trian')


def test_one_pair_cannot_be_parted(rgbd_folder, dataset):
    rgbd_folder.add('a')
    with pytest.raises(ValueError, match='images: 1 pair, need 2 to train and to test'):
        dataset(split='train')
