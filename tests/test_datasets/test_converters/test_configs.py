"""From a source's published format through its converter to what its config feeds the model."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import mmwsdepth.datasets
import mmwsdepth.evaluation  # noqa: F401
from mmwsdepth.apis import load_config
from mmwsdepth.registry import DATASETS, METRICS
from tests.conftest import ROOT
from tests.test_datasets.test_converters.conftest import (
    GRID,
    SIZE,
    meters,
    millimeters,
    put,
    smooth,
)
from tests.test_datasets.test_converters.test_arkitscenes import video
from tests.test_datasets.test_converters.test_diode import sample as diode_sample
from tests.test_datasets.test_converters.test_ibims import core
from tests.test_datasets.test_converters.test_kitti import layout

PLACES = ('indoors/scene_1/scan_1/a', 'outdoor/scene_2/scan_2/b')


def nyu(src: Path) -> dict:
    for split in ('train', 'test'):
        put(src / split / 'kitchen/rgb_00000.jpg', smooth())
        put(src / split / 'kitchen/sync_depth_00000.png', millimeters(meters(SIZE)))
    return {}


def kitti(src: Path) -> dict:
    return dict(raw=layout(src)[1])


def diode(src: Path) -> dict:
    for split in ('train', 'val'):
        for place, farthest in zip(PLACES, (20.0, 300.0), strict=True):
            diode_sample(src, split, place, 0, farthest)
    return {}


def arkitscenes(src: Path) -> dict:
    for number, split in (('41', 'Training'), ('42', 'Validation')):
        video(src, split, number, 0)
    return dict(min_confidence=0)


def ibims(src: Path) -> dict:
    core(src, 'livingroom_01')
    return {}


def folder(src: Path) -> dict:
    for index in range(2):
        put(src / f'images/{index}.png', smooth())
        put(src / f'depths/{index}.png', millimeters(meters()))
    return dict(test_share=0.5)


@pytest.mark.parametrize(
    ('config', 'write', 'grid', 'hr', 'farthest'),
    [
        ('wsdepth_nyu', nyu, GRID, SIZE, 9.0),
        ('wsdepth_kitti', kitti, GRID, SIZE, 80.0),
        ('wsdepth_diode_indoor', diode, GRID, SIZE, 10.0),
        ('wsdepth_diode_outdoor', diode, GRID, SIZE, 80.0),
        ('wsdepth_arkitscenes', arkitscenes, GRID, SIZE, 9.0),
        ('wsdepth_ibims', ibims, SIZE, None, 30.0),
        ('wsdepth_folder', folder, GRID, None, 9.0),
    ],
)
def test_a_config_reads_what_its_converter_writes(
    run,
    tmp_path: Path,
    config: str,
    write: Callable[[Path], dict],
    grid: tuple,
    hr: tuple | None,
    farthest: float,
) -> None:
    """Meters on the right grids, no farther than the cap and near to it."""
    options = write(tmp_path / 'src')
    out = run(write.__name__, tmp_path / 'src', **options)
    cfg = load_config(str(ROOT / 'configs' / f'{config}.py'), data_root=str(out.root))
    loaders = [cfg.test_dataloader] if config == 'wsdepth_ibims' else [
        cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader,
    ]  # fmt: skip
    for loader in loaders:
        item = DATASETS.build(loader.dataset)[0]
        sample = item['data_samples']
        maps = dict(gt_depth_map=grid)
        if hr and loader is not cfg.train_dataloader:
            maps['gt_depth_map_hr'] = hr
        assert set(sample.keys()) == set(maps)
        for key, size in maps.items():
            depth = sample.get(key).data.numpy()[0]
            assert depth.shape == size
            assert depth.max() <= farthest
        finest = sample.get('gt_depth_map_hr', sample.gt_depth_map).data.numpy()
        if loader is not cfg.train_dataloader:
            assert finest.max() > 0.8 * farthest and np.median(finest[finest > 0]) < farthest
            assert tuple(item['inputs'].shape[1:]) == SIZE


def test_the_lidar_of_kitti_stays_as_sparse_and_unmixed_at_lr(run, tmp_path: Path) -> None:
    """Every LR depth is one that the laser measured, and the share of cells is that of pixels."""
    src, raw = layout(tmp_path)
    for path in src.rglob('image_02/*.png'):
        rng = np.random.default_rng(0)
        measured = rng.random((96, 128)) < 0.16
        put(path, np.where(measured, rng.integers(256, 60 * 256, measured.shape), 0).astype('u2'))
        image = next((raw).rglob(path.name))
        put(image, smooth((96, 128)))
    out = run('kitti', src, raw=raw)
    cfg = load_config(str(ROOT / 'configs/wsdepth_kitti.py'), data_root=str(out.root))
    sample = DATASETS.build(cfg.test_dataloader.dataset)[0]['data_samples']
    hr, lr = sample.gt_depth_map_hr.data.numpy(), sample.gt_depth_map.data.numpy()
    assert np.isin(lr, hr).all()
    assert (lr > 0).mean() == pytest.approx((hr > 0).mean(), abs=0.04)
    metric = METRICS.build(cfg.test_evaluator)
    assert (metric.crop, metric.max_depth) == ('garg', 80.0)
