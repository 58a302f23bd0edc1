import json
from pathlib import Path

import pytest
from mmengine.config import Config

from mmwsdepth.diagnosis import folders_below, folders_of_config
from tests.conftest import CONFIGS


def config(**datasets):
    loaders = {f'{name}_dataloader': dict(dataset=dataset) for name, dataset in datasets.items()}
    return Config(loaders, cfg_text=' ', filename='c.py')


def rgbd(**options):
    return dict(type='mmwsdepth.RGBDDataset', data_root='r') | options


@pytest.mark.parametrize('path', CONFIGS, ids=lambda path: path.stem)
def test_every_shipped_config_names_folders_that_need_not_exist(path):
    folders = folders_of_config(Config.fromfile(path))
    labels = ', '.join(folder.label for folder in folders)
    assert {'train', 'val', 'test'} == set(labels.split(', '))


def test_paths_unit_and_range_are_those_that_the_data_set_takes():
    prefix = dict(img_path='i', depth_map_path='d', hr_depth_map_path='h')
    options = dict(data_prefix=prefix, ann_file='s.txt', depth_scale=0.01, depth_range=(1, 80))
    (folder,) = folders_of_config(config(train=rgbd(**options)))
    assert folder[1:] == (
        Path('r/i'), Path('r/d'), Path('r/h'), Path('r/s.txt'), 0.01, (1, 80), False,
    )  # fmt: skip


def test_defaults_are_those_of_the_data_sets_class():
    nyu = dict(type='mmwsdepth.NYUDepthDataset', data_root='n')
    folders = folders_of_config(config(train=rgbd(), val=nyu))
    assert [folder.depth_range for folder in folders] == [(0.001, 100.0), (0.001, 10.0)]
    assert folders[0].images == Path('r/images')


def test_equal_data_sets_are_listed_once_with_both_names():
    folders = folders_of_config(config(train=rgbd(), val=rgbd(data_root='v'), test=rgbd()))
    assert [folder.label for folder in folders] == ['train, test', 'val']


def test_wrapped_data_sets_are_found():
    repeated = dict(type='RepeatDataset', dataset=rgbd(data_root='a'), times=2)
    both = dict(type='ConcatDataset', datasets=[repeated, rgbd(data_root='b')])
    assert [f.images.parts[0] for f in folders_of_config(config(train=both))] == ['a', 'b']


def test_rooms_are_not_rendered(tmp_path):
    rooms = dict(
        type='mmwsdepth.RoomsDataset', data_root=str(tmp_path / 'rooms'), split='train',
        num=dict(train=2), size=(8, 8),
    )  # fmt: skip
    (folder,) = folders_of_config(config(train=rooms))
    assert folder.is_made_on_use and folder.images == tmp_path / 'rooms/images/train'
    assert not (tmp_path / 'rooms').exists()


def test_a_config_without_data_is_refused():
    with pytest.raises(ValueError, match=r'c\.py: names no data set of kind RGBDDataset'):
        folders_of_config(config(train=dict(type='BaseDataset')))


def test_a_folder_is_one_data_set_or_one_a_split(box_folder):
    root = box_folder(1)
    assert [f.images for f in folders_below(root)] == [root / 'images']


def test_splits_are_told_apart_and_have_their_hr_depth(box_folder):
    for split in ('train', 'test'):
        root = box_folder(1, split=split)
    (root / 'annotations_hr/test').mkdir(parents=True)
    folders = folders_below(root, 0.01, (1, 2))
    assert [(f.label, f.depths, f.hr_depths) for f in folders] == [
        ('train', root / 'annotations/train', None),
        ('test', root / 'annotations/test', root / 'annotations_hr/test'),
    ]
    assert {f[5:7] for f in folders} == {(0.01, (1, 2))}


def test_scenes_are_no_splits(box_folder):
    for scene in ('kitchen', 'test'):
        root = box_folder(1, split=scene)
    assert [f.images for f in folders_below(root)] == [root / 'images']


def test_the_manifest_names_the_unit_unless_the_user_does(box_folder):
    root = box_folder(1)
    (root / 'manifest.json').write_text(json.dumps(dict(depth_scale=0.002)))
    assert [folders_below(root, scale)[0].depth_scale for scale in (None, 0.5)] == [0.002, 0.5]


@pytest.mark.parametrize(
    'content',
    [b'{', b'', b'[]', b'3', b'"a"', b'\xff\xfe', b'[' * 100_000, b'{"depth_scale": "a"}',
     b'{"depth_scale": [1]}', b'{"depth_scale": null}', b'{"depth_scale": 0}',
     b'{"depth_scale": NaN}', b'{"depth_scale": -1}'],
    ids=lambda content: str(content[:20]),
)  # fmt: skip
def test_a_manifest_that_is_none_is_refused_by_name(box_folder, content):
    root = box_folder(1)
    (root / 'manifest.json').write_bytes(content)
    with pytest.raises(ValueError, match=r'manifest\.json: '):
        folders_below(root)


@pytest.mark.parametrize('left_behind', ['.ipynb_checkpoints', '__MACOSX', '@eaDir', '.DS_Store'])
def test_what_systems_leave_behind_is_no_scene(box_folder, left_behind):
    root = box_folder(1, split='train')
    (root / 'images' / left_behind).mkdir()
    assert [folder.label for folder in folders_below(root)] == ['train']


def test_a_folder_of_another_layout_is_told_what_is_missing(tmp_path):
    (tmp_path / 'images').mkdir()
    with pytest.raises(FileNotFoundError, match='annotations: no such folder: lay data out as'):
        folders_below(tmp_path)
