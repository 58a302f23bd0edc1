from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config

from mmwsdepth.apis import DepthInferencer
from mmwsdepth.apis.checkpoint_config import carried_test_data, config_from_checkpoint
from mmwsdepth.apis.sensor_depth import find_unit
from mmwsdepth.cli import main
from mmwsdepth.datasets.depth_io import BadFileError
from mmwsdepth.functional import fuse_sensor_depth

SIZE, GRID = (48, 64), (12, 16)


@pytest.fixture(scope='module')
def inferencer(published: Path) -> DepthInferencer:
    return DepthInferencer(weights=published, device='cpu', show_progress=False)


def picture(seed: int = 0) -> np.ndarray:
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    return cv2.resize(coarse, SIZE[::-1])


def lidar(seed: int = 0, size: tuple[int, int] = GRID) -> np.ndarray:
    coarse = np.random.default_rng(seed).uniform(1, 3, (4, 5)).astype(np.float32)
    return cv2.resize(coarse, size[::-1])


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Images a, b/c and d beside the sensor's depth of them in millimeters."""
    photos, depths = tmp_path / 'photos', tmp_path / 'lidar'
    for seed, name in enumerate(('a', 'b/c', 'd')):
        for folder in (photos, depths):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(photos / f'{name}.png'), picture(seed))
        cv2.imwrite(str(depths / f'{name}.png'), (1000 * lidar(seed)).astype(np.uint16))
    return photos, depths


def fused(inferencer: DepthInferencer, image: np.ndarray, sensor: np.ndarray) -> np.ndarray:
    """Fuse what the inferencer says of color alone."""
    color = torch.from_numpy(image).permute(2, 0, 1)[None].float()
    alone = torch.from_numpy(inferencer(image)['predictions'])[None, None]
    return fuse_sensor_depth(alone, torch.from_numpy(sensor)[None, None], color)[0, 0].numpy()


def test_an_array_gives_the_meters(inferencer: DepthInferencer) -> None:
    result = inferencer(picture(), sensor_depth=lidar(), return_datasamples=True)
    found = result['predictions'].pred_depth_map.data
    assert found.shape == (1, *SIZE)
    np.testing.assert_allclose(found[0], fused(inferencer, picture(), lidar()), rtol=1e-5)
    means = cv2.resize(found[0].numpy(), GRID[::-1], interpolation=cv2.INTER_AREA)
    assert np.corrcoef(means.ravel(), lidar().ravel())[0, 1] > 0.9


def test_a_list_goes_with_a_list(inferencer: DepthInferencer, folders: tuple[Path, Path]) -> None:
    sensors = [lidar(1), folders[1] / 'a.png']
    both = inferencer([picture(), picture(2)], sensor_depth=sensors, batch_size=2)['predictions']
    np.testing.assert_allclose(both[0], fused(inferencer, picture(), lidar(1)), rtol=1e-5)
    np.testing.assert_allclose(both[1], fused(inferencer, picture(2), lidar(0)), atol=1e-2)


@pytest.mark.parametrize('batch_size', [1, 2])
def test_a_folder_is_paired_by_name_and_bad_files_are_counted(
    inferencer: DepthInferencer, folders: tuple[Path, Path], batch_size: int
) -> None:
    photos, depths = folders
    for seed, name in enumerate(('e', 'f', 'g', 'h')):
        cv2.imwrite(str(photos / f'{name}.png'), picture(seed))
    np.save(depths / 'e.npy', 1000 * lidar(0))
    (depths / 'f.png').write_bytes(b'no depth')
    np.save(depths / 'g.npy', 1000 * lidar(0, (16, 16)))
    results = inferencer(photos, sensor_depth=depths, batch_size=batch_size)
    assert results['names'] == ['a', 'b/c', 'd', 'e']
    np.testing.assert_allclose(results['predictions'][0], results['predictions'][3], atol=1e-2)
    seeds = dict(zip(results['names'], (0, 1, 2, 0), strict=True))
    for name, found in zip(results['names'], results['predictions'], strict=True):
        expected = fused(inferencer, picture(seeds[name]), lidar(seeds[name]))
        np.testing.assert_allclose(found, expected, atol=1e-2)
    truncated, shape, missing = results['rejected']
    assert truncated.startswith(f'{depths}/f.png: 8 bytes')
    assert shape.startswith(f'{depths}/g.npy: depth is 16x16, image 48x64: aspect ratios')
    assert missing.startswith(f'{photos}/h.png: no sensor depth {depths}/h with any of .png')


def test_the_command_takes_the_unit(
    published: Path, folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    photos, depths = folders
    (depths / 'd.png').unlink()
    for number, options in enumerate(([], ['--depth-scale', '0.002'])):
        arguments = [published, photos, '--sensor-depth', depths, '--out', tmp_path / str(number)]
        main(['infer', *map(str, arguments), '--write', 'npy', '--device', 'cpu', *options])
        assert '2 estimates' in capsys.readouterr().out
    one, twice = (np.load(tmp_path / f'{number}/npy/b/c.npy') for number in range(2))
    np.testing.assert_allclose(twice, 2 * one, rtol=2e-3)


@pytest.mark.parametrize(
    ('sensor', 'message'),
    [
        (lidar(size=(96, 128)), 'depth is 96x128, image 48x64: depth has more pixels'),
        (lidar()[None], r'float32 of shape \(1, 12, 16\): give \(h, w\) in meters'),
    ],
)
def test_an_array_that_does_not_fit_is_refused(
    inferencer: DepthInferencer, sensor: np.ndarray, message: str
) -> None:
    with pytest.raises(BadFileError, match=message):
        inferencer(picture(), sensor_depth=sensor)


def test_one_map_for_many_images_is_refused(
    inferencer: DepthInferencer, folders: tuple[Path, Path]
) -> None:
    photos, depths = folders
    with pytest.raises(ValueError, match='sensor depth is of 1 for 3 images: give one map an'):
        inferencer(photos, sensor_depth=lidar())
    with pytest.raises(ValueError, match=r'sensor depth is .*lidar/a.png for 3 images'):
        inferencer(photos, sensor_depth=depths / 'a.png')
    with pytest.raises(ValueError, match='sensor depth is of 2 for 3 images'):
        inferencer(photos, sensor_depth=[lidar()] * 2)
    with pytest.raises(FileNotFoundError, match='nowhere: no such file or folder of the sensor'):
        inferencer(photos, sensor_depth=photos / 'nowhere')


RGBD = dict(type='mmwsdepth.RGBDDataset', depth_scale=0.01, depth_range=(0.5, 5.0))
NYU = dict(type='mmwsdepth.NYUDepthDataset', data_root='x')


@pytest.mark.parametrize(
    ('given', 'unit'),
    [
        ((), (0.01, (0.5, 5.0))),
        ((0.002, (1, 2)), (0.002, (1, 2))),
        ((0.002,), (0.002, (0.5, 5.0))),
        ((None, (1, 2)), (0.01, (1, 2))),
    ],
)
def test_the_unit_is_the_given_one_then_that_of_the_data(given: tuple, unit: tuple) -> None:
    assert find_unit(dict(dataset=RGBD), *given) == unit


@pytest.mark.parametrize(
    ('dataset', 'unit'),
    [
        (dict(type='mmwsdepth.RGBDDataset'), (0.001, (0.001, 100.0))),
        (dict(type='mine.Dataset', depth_scale=0.25), (0.25, (0.001, 100.0))),
        (dict(type='RepeatDataset', times=2, dataset=RGBD), (0.01, (0.5, 5.0))),
        (dict(type='ConcatDataset', datasets=[RGBD, RGBD]), (0.01, (0.5, 5.0))),
        (NYU, (0.001, (0.001, 10.0))),
        (
            dict(type='ConcatDataset', datasets=[NYU, dict(RGBD, depth_scale=0.001)]),
            (0.001, (0.001, 10.0)),
        ),
        (dict(type='mmseg.ADE20KDataset'), (0.001, (0.001, 100.0))),
    ],
)
def test_the_unit_of_wrapped_data_sets_and_of_their_class_is_found(
    dataset: dict, unit: tuple
) -> None:
    loader = dict(batch_size=1, sampler=dict(type='DefaultSampler'), dataset=dataset)
    assert find_unit(loader) == unit
    text = Config(dict(test_dataloader=loader)).pretty_text
    assert find_unit(carried_test_data(dict(meta=dict(cfg=text)))) == unit


@pytest.mark.parametrize('text', ['model = dict()', 'model = (', 'test_dataloader = None', 3])
def test_without_data_the_unit_is_millimeters(text: object) -> None:
    assert find_unit(carried_test_data(dict(meta=dict(cfg=text)))) == (0.001, (0.001, 100.0))


def test_several_units_are_refused_unless_one_is_given() -> None:
    both = dict(type='ConcatDataset', datasets=[RGBD, dict(RGBD, depth_scale=0.001)])
    with pytest.raises(ValueError, match=r'has 2 units, 0\.001 to 0\.01 m: give .*--depth-scale'):
        find_unit(both)
    assert find_unit(both, 0.01) == (0.01, (0.5, 5.0))


def test_the_unit_reaches_the_prediction(published: Path, folders: tuple[Path, Path]) -> None:
    photos, depths = folders
    known = dict(type='ConcatDataset', datasets=[dict(RGBD, depth_scale=0.002)])
    cfg = config_from_checkpoint(torch.load(published), 'student.pth')
    cfg.test_dataloader = dict(dataset=known)
    aware = DepthInferencer(cfg, published, 'cpu', show_progress=False)
    found = aware(photos / 'a.png', sensor_depth=depths / 'a.png')['predictions']
    np.testing.assert_allclose(np.median(found), 2 * np.median(lidar()), rtol=0.1)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (['--depth-scale', '0.1'], '--depth-scale and --depth-range read --sensor-depth'),
        (['--sensor-depth', '{}', '--depth-scale', '-1'], 'depth scale is -1.0: give a positive'),
        (['--sensor-depth', '{}', '--depth-range', '5', '1'], 'depth range is 5.0 to 1.0 m'),
    ],
)
def test_numbers_that_cannot_be_meant_are_refused(
    published: Path, folders: tuple[Path, Path], options: list[str], message: str
) -> None:
    photos, depths = folders
    with pytest.raises(SystemExit, match=message):
        main(['infer', str(published), str(photos), *(o.format(depths) for o in options)])
