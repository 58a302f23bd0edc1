import time
from threading import Thread

import pytest

from mmwsdepth.datasets.rooms import render_room, write_rooms
from mmwsdepth.registry import DATASETS

LOAD = [dict(type='mmwsdepth.LoadColor'), dict(type='mmwsdepth.LoadDepth')]


def rooms(root, split, num=None, **options):
    config = dict(
        type='mmwsdepth.RoomsDataset',
        data_root=str(root),
        split=split,
        num=num or dict(train=2, test=1),
        size=(24, 32),
        jobs=1,
        pipeline=LOAD,
    )
    return DATASETS.build(config | options)


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp('rooms')
    rooms(folder, 'train')
    return folder


@pytest.mark.parametrize(('split', 'count'), [('train', 2), ('test', 1)])
def test_each_split_has_its_number_of_rooms(root, split, count):
    assert len(rooms(root, split)) == count


def test_depth_is_dense_and_on_the_image_s_grid(root):
    sample = rooms(root, 'train')[0]
    assert sample['img'].shape == (24, 32, 3)
    assert sample['gt_depth_map'].shape == (24, 32)
    assert (sample['gt_depth_map'] > 0).mean() > 0.9


def test_rooms_are_rendered_once(root):
    def stamps():
        return {path: path.stat().st_mtime_ns for path in root.rglob('*.*')}

    before = stamps()
    rooms(root, 'train')
    assert stamps() == before


def test_another_set_in_the_same_folder_is_refused(root):
    with pytest.raises(ValueError, match=r"has \{'seed': 0\}, asked for was \{'seed': 1\}"):
        rooms(root, 'train', seed=1)


def test_of_several_at_a_time_one_renders_and_the_others_wait(tmp_path, monkeypatch, capfd):
    rendered = []

    def slow(seed, size):
        rendered.append(seed)
        time.sleep(0.05)
        return render_room(seed, size)

    monkeypatch.setattr('mmwsdepth.datasets.rooms.write.render_room', slow)
    num = dict(train=5, test=1)
    threads = [Thread(target=write_rooms, args=(tmp_path, num, (12, 16))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rendered) == len(set(rendered)) == 6
    assert capfd.readouterr().err.count('another run writes into it, waiting') >= 1
    assert len(rooms(tmp_path, 'train', num, size=(12, 16))) == 5


def test_the_rest_is_an_rgbd_data_set(root):
    data = rooms(root, 'train', indices=1, test_mode=True)
    assert len(data) == 1 and data.test_mode
    assert data.metainfo == dict(task='depth', name='rendered rooms')
