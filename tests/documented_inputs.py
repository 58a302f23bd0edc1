"""The files that the documentation's commands start from, tiny."""

from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config
from scipy.io import savemat

from tests.conftest import ROOT
from tests.shrunk.shrink import shrink
from tests.test_apis.test_video import film
from tests.test_datasets.test_converters import (
    test_arkitscenes,
    test_diode,
    test_ibims,
    test_kitti,
    test_nyu,
    test_realsense,
    test_record3d,
    test_strayscanner,
)
from tests.test_datasets.test_converters.conftest import millimeters, put
from tests.test_diagnosis.conftest import boxes, sensor

transformers = pytest.importorskip('transformers', reason="needs `pip install -e '.[foundation]'`")

FOUNDATION = 'wsdepth/wsdepth_depth-anything-v2-small_8xb4-40k_nyu-480x640.py'
HUB_NAME = 'depth-anything/Depth-Anything-V2-Small-hf'


def write_inputs(root: Path) -> None:
    """Write data, photos, recordings and published sets under the names of the documentation."""
    for name, is_coarse in (('rgbd', True), ('arkitscenes', True), ('nyu', False)):
        for split, number in (('train', 8), ('test', 3)):
            write_pairs(root / 'data' / name, number, is_coarse, split)
    for name, is_coarse in (('other', True), ('iphone_door', True), ('replica', False)):
        write_pairs(root / 'data' / name, 5, is_coarse)
    for number in range(2):
        color, depth = boxes(seed=number)
        put(root / f'photos/{number:04d}.jpg', color)
        put(root / f'lidar/{number:04d}.png', millimeters(sensor(depth)))
        put(root / f'mine/rgb/{number:04d}.jpg', color)
        for suffix in ('', '_depth'):
            put(root / f'mine/depth/{number:04d}{suffix}.png', millimeters(sensor(depth)))
    put(root / 'photo.jpg', color)
    put(root / 'lidar.png', millimeters(sensor(depth)))
    film(root / 'walk.mp4', 'mp4v')
    write_published(root)


def write_pairs(root: Path, number: int, is_coarse: bool, split: str = '') -> None:
    """Write pictures of boxes in the package's layout."""
    for index in range(number):
        color, depth = boxes(seed=index)
        name = f'{split}{index:04d}'
        put(root / 'images' / split / f'{name}.jpg', color)
        grid = sensor(depth) if is_coarse else depth
        put(root / 'annotations' / split / f'{name}.png', millimeters(grid))
        put(root / 'annotations_hr' / split / f'{name}.png', millimeters(depth))


def write_published(root: Path) -> None:
    """Write recordings and data sets as their makers lay them out."""
    test_record3d.recording(root / 'recordings/door.r3d', range(10))
    test_strayscanner.recording(root / 'recordings/71de12f9')
    test_realsense.sdk_bag(root / 'desk.bag', np.full(test_realsense.GRID, 2.0))
    test_nyu.labeled(root / 'nyu_depth_v2_labeled.mat')
    split = dict(trainNdxs=np.array([[1], [4]]), testNdxs=np.array([[2], [3]]))
    savemat(root / 'splits.mat', split)
    color, depth = boxes()
    for scene in ('sync/bath_0001', 'official_splits/test/bath'):
        put(root / f'bts/{scene}/rgb_00000.jpg', color)
        put(root / f'bts/{scene}/sync_depth_00000.png', millimeters(depth))
    annotated, raw = test_kitti.layout(root / 'kitti')
    annotated.rename(root / 'data_depth_annotated')
    raw.rename(root / 'kitti_raw')
    for name, frame in zip(('train', 'test'), test_kitti.FRAMES, strict=True):
        (root / f'eigen_{name}.txt').write_text(test_kitti.listed(*frame))
    test_arkitscenes.video(root / 'ARKitScenes/upsampling', 'Training', '41', 0)
    test_arkitscenes.video(root / 'ARKitScenes/upsampling', 'Validation', '42', 1)
    test_diode.sample(root / 'diode')
    test_ibims.core(root / 'ibims1_core_mat', 'livingroom_01')


def write_weights(root: Path, hub: Path) -> None:
    """Write Depth Anything's weights into a folder, and where a download would have put them."""
    cfg = Config.fromfile(ROOT / 'configs' / FOUNDATION)
    shrink(cfg._cfg_dict)
    student = cfg.model.student
    encoder = transformers.Dinov2Config(**student.backbone.config, reshape_hidden_states=False)
    config = transformers.DepthAnythingConfig(backbone_config=encoder, **student.decode_head.config)
    model = transformers.DepthAnythingForDepthEstimation(config)
    cached = hub / f'models--{HUB_NAME.replace("/", "--")}'
    for folder in (root / 'weights/depth-anything-v2-small', cached / 'snapshots/tiny'):
        model.save_pretrained(folder)
    (cached / 'refs').mkdir()
    (cached / 'refs/main').write_text('tiny')
