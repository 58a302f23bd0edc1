from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from torch.utils.data import DataLoader

from mmwsdepth.apis.runner import build_runner, load_config
from mmwsdepth.engine.hooks import DataCheckHook
from mmwsdepth.engine.hooks.data_check_hook import refuse_common_images, refuse_mixed_sizes
from mmwsdepth.registry import DATASETS
from tests.conftest import ROOT

PIPELINE = [
    dict(type='mmwsdepth.LoadColor'),
    dict(type='mmwsdepth.LoadDepth'),
    dict(type='mmwsdepth.PackRGBDInputs'),
]
CROP = dict(type='mmwsdepth.RandomCropRGBD', crop_size=(16, 16))


@pytest.fixture
def add(tmp_path):
    """Write a pair of images of noise."""

    def write(name, size=(24, 32), grid=(6, 8)):
        rng = np.random.default_rng(len(name))
        for folder, array in (
            ('images', rng.integers(0, 256, (*size, 3), np.uint8)),
            ('annotations', rng.integers(500, 9000, grid).astype(np.uint16)),
        ):
            path = tmp_path / folder / f'{name}.png'
            path.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(path), array)

    return write


@pytest.fixture
def dataset(tmp_path):
    """Make a data set of one of the folders."""

    def make(split, pipeline=PIPELINE, **options):
        prefix = dict(img_path=f'images/{split}', depth_map_path=f'annotations/{split}')
        config = dict(type='mmwsdepth.RGBDDataset', data_root=str(tmp_path), data_prefix=prefix)
        return DATASETS.build(config | dict(pipeline=pipeline) | options)

    return make


def wrapped(data, wrapper):
    if wrapper == 'RepeatDataset':
        return DATASETS.build(dict(type=wrapper, dataset=data, times=2))
    return DATASETS.build(dict(type=wrapper, datasets=[data])) if wrapper else data


WRAPPERS = ['', 'ConcatDataset', 'RepeatDataset']


@pytest.mark.parametrize('wrapper', WRAPPERS)
def test_images_apart_are_fine(add, dataset, wrapper):
    add('train/a')
    add('test/a')
    refuse_common_images(wrapped(dataset('train'), wrapper), dataset('test'), 'val')


@pytest.mark.parametrize('wrapper', WRAPPERS)
@pytest.mark.parametrize('link', ['same', 'symbolic', 'folder', 'hard'])
def test_a_common_image_is_refused_by_whatever_name(add, dataset, tmp_path, wrapper, link):
    add('train/a')
    add('train/b')
    if link != 'same':
        add('test/c')
    for kind in ('images', 'annotations'):
        theirs = tmp_path / kind / 'test' / 'z.png'
        ours = tmp_path / kind / 'train' / 'a.png'
        if link == 'symbolic':
            theirs.symlink_to(ours)
        elif link == 'hard':
            theirs.hardlink_to(ours)
        elif link == 'folder':
            (tmp_path / kind / 'test' / 'more').symlink_to(ours.parent)
    other = dataset('train' if link == 'same' else 'test')
    with pytest.raises(ValueError, match=r'train/a\.png.* is trained and evaluated on') as caught:
        refuse_common_images(wrapped(dataset('train'), wrapper), other, 'val')
    number = 1 if link in ('symbolic', 'hard') else 2
    assert f'as are {number} images of the val data set: leave data_prefix out' in str(caught.value)


def test_indices_that_part_one_folder_are_fine(add, dataset):
    for name in 'abcd':
        add(f'train/{name}')
    refuse_common_images(dataset('train', indices=[0, 1]), dataset('train', indices=[2, 3]), 'val')


def loader(data, batch_size=2):
    return DataLoader(data, batch_size=batch_size, collate_fn=list)


@pytest.mark.parametrize('wrapper', WRAPPERS)
@pytest.mark.parametrize(
    ('size', 'grid', 'words'),
    [
        ((32, 24), (8, 6), 'has color 32x24 and depth 8x6'),
        ((24, 32), (3, 4), 'has color 24x32 and depth 3x4'),
        ((48, 64), (6, 8), 'has color 48x64 and depth 6x8'),
    ],
)
def test_sizes_that_make_no_batch_are_refused_at_the_start(
    add, dataset, wrapper, size, grid, words
):
    for name in ('a', 'b', 'c'):
        add(f'train/{name}')
    add('train/odd', size, grid)
    data = wrapped(dataset('train'), wrapper)
    with pytest.raises(ValueError, match='a batch needs one size: add ResizeRGBD') as caught:
        refuse_mixed_sizes(loader(data))
    assert words in str(caught.value) and 'odd.png' in str(caught.value)
    refuse_mixed_sizes(loader(data, batch_size=1))


def test_a_crop_that_all_have_makes_a_batch(add, dataset):
    for name, size, grid in (('a', (24, 32), (6, 8)), ('b', (32, 24), (8, 6))):
        add(f'train/{name}', size, grid)
    pipeline = [*PIPELINE[:2], CROP, PIPELINE[2]]
    before = np.random.get_state()[1].copy()
    refuse_mixed_sizes(loader(dataset('train', pipeline)))
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_files_are_not_decoded_for_that(add, dataset, monkeypatch):
    add('train/a')
    add('train/b', (32, 24), (8, 6))
    data = dataset('train', [*PIPELINE[:2], CROP, PIPELINE[2]])
    monkeypatch.setattr(cv2, 'imdecode', None)
    refuse_mixed_sizes(loader(data))


def runner_of(train, val, test=None):
    loaders = {name: dict(dataset=config) for name, config in (('val', val), ('test', test))}
    cfg = Config({f'{name}_dataloader': loaders[name] for name in loaders})
    built = DATASETS.build(val) if val else None
    return SimpleNamespace(
        cfg=cfg,
        train_dataloader=loader(train),
        val_loop=val and object(),
        val_dataloader=val and loader(built),
    )


def test_validation_and_test_data_are_looked_at(add, dataset, tmp_path):
    for name in ('train/a', 'train/b', 'test/a', 'test/b'):
        add(name)

    def config(split):
        prefix = dict(img_path=f'images/{split}', depth_map_path=f'annotations/{split}')
        return dict(
            type='mmwsdepth.RGBDDataset',
            data_root=str(tmp_path),
            data_prefix=prefix,
            pipeline=PIPELINE,
        )

    train = dataset('train')
    for val, test in ((config('test'), config('test')), (config('test'), config('gone'))):
        DataCheckHook().before_train(runner_of(train, val, test))
    DataCheckHook().before_train(runner_of(train, None))
    with pytest.raises(ValueError, match='2 images of the val data set'):
        DataCheckHook().before_train(runner_of(train, config('train')))
    for val in (None, config('test')):
        with pytest.raises(ValueError, match='2 images of the test data set'):
            DataCheckHook().before_train(runner_of(train, val, config('train')))


def test_every_runner_has_the_hook(tiny_config, rooms_root):
    assert 'DataCheckHook' in {type(hook).__name__ for hook in build_runner(tiny_config()).hooks}


@pytest.mark.parametrize('name', ['wsdepth_folder', 'wsdepth_iphone_cpu'])
@pytest.mark.parametrize('layout', ['parted', 'whole'])
def test_data_root_alone_parts_both_layouts(add, tmp_path, name, layout):
    parts = ['train/', 'test/'] if layout == 'parted' else ['']
    for part in parts:
        for index in range(10):
            add(f'{part}{index}')
    cfg = load_config(str(ROOT / 'configs' / f'{name}.py'), data_root=str(tmp_path))
    train, val, test = (
        DATASETS.build(cfg[f'{loader}_dataloader'].dataset) for loader in ('train', 'val', 'test')
    )
    sizes = (10, 10, 10) if layout == 'parted' else (9, 1, 1)
    assert (len(train), len(val), len(test)) == sizes
    refuse_common_images(train, val, 'val')
