import json
import math

import cv2
import numpy as np
import pytest
import torch
from mmengine.logging import MMLogger
from scipy.io import savemat

from mmwsdepth.datasets.converters import Style, convert
from mmwsdepth.evaluation import IBimsMetric, dbe_to_annotation
from mmwsdepth.registry import METRICS

SIZE = (48, 64)
FX, FY, CX, CY = 50.0, 60.0, 32.0, 24.0  # pixels from 1
NAMES = ('hall_01', 'hall_02')


def wall(degrees, distance=2.0):
    """Depth of a wall, turned about the vertical axis, and its normal."""
    angle = math.radians(degrees)
    x = (np.arange(1, SIZE[1] + 1) - CX) / FX
    depth = distance / (math.sin(angle) * x + math.cos(angle))
    return np.broadcast_to(depth, SIZE), (math.sin(angle), math.cos(angle), 0.0)


def core(path, left, right):
    """An image of two walls that meet in an annotated edge in the middle, and a tiny table."""
    numbers = np.ones(SIZE)
    numbers[:, SIZE[1] // 2 :] = 2
    table = np.zeros(SIZE)
    table[:3, :3] = 1
    planes = np.zeros((2, 7))
    planes[:, 4:] = left[1], right[1]
    edges = np.zeros(SIZE, bool)
    edges[:, SIZE[1] // 2] = True
    ones = np.ones(SIZE)
    data = dict(
        rgb=np.zeros((*SIZE, 3), np.uint8), depth=np.where(numbers == 1, left[0], right[0]),
        edges=edges, calib=np.array([[FX, 0, 0], [0, FY, 0], [CX, CY, 1]]),
        mask_invalid=ones, mask_transp=ones, mask_wall=numbers, mask_wall_paras=planes,
        mask_table=table, mask_table_paras=np.ones((1, 7)),
        mask_floor=np.zeros(SIZE), mask_floor_paras=np.zeros((0, 0)),
    )  # fmt: skip
    savemat(path, dict(data=data))
    return torch.from_numpy(data['depth']).float()


@pytest.fixture
def ibims(tmp_path):
    """A converted folder of two images, and the depth of each."""
    src = tmp_path / 'mat'
    src.mkdir()
    depth = {
        NAMES[0]: core(src / f'{NAMES[0]}.mat', wall(0), wall(30, 4.0)),
        NAMES[1]: core(src / f'{NAMES[1]}.mat', wall(-20), wall(10, 4.0)),
    }
    convert('ibims', src, tmp_path / 'out', {}, Style(), progress=False)
    return tmp_path / 'out', depth


def score(root, pairs):
    metric = METRICS.build(dict(type='mmwsdepth.IBimsMetric', data_root=str(root)))
    metric.process(
        None,
        [
            dict(name=n, pred_depth_map=dict(data=p[None]), gt_depth_map=dict(data=t[None]))
            for n, p, t in pairs
        ],
    )
    return metric.evaluate(len(pairs))


def test_the_truth_has_flat_planes_that_are_rightly_turned(ibims):
    root, depth = ibims
    values = score(root, [(name, truth, truth) for name, truth in depth.items()])
    assert set(values) == {f'depth/{c}' for c in ('dbe_acc', 'dbe_comp', 'pe_fla', 'pe_ori')}
    assert values['depth/pe_fla'] < 0.01 and values['depth/pe_ori'] < 0.01
    assert values['depth/dbe_acc'] <= 1 and values['depth/dbe_comp'] <= 1


def test_planes_are_averaged_over_all_images_and_small_ones_left_out(ibims):
    """A frontal prediction: each wall of at least 5 % is off by its own angle, the table is none.

    The second image lacks depth on its right wall, so that three walls are left.
    """
    root, depth = ibims
    flat = torch.full(SIZE, 3.0)
    partly = depth[NAMES[1]].clone()
    partly[:, SIZE[1] // 2 :] = 0
    values = score(root, [(NAMES[0], flat, depth[NAMES[0]]), (NAMES[1], flat, partly)])
    assert values['depth/pe_ori'] == pytest.approx((0 + 30 + 20) / 3, abs=0.01)
    assert values['depth/dbe_acc'] == values['depth/dbe_comp'] == 10


def test_an_image_without_valid_depth_counts_nowhere(ibims):
    root, depth = ibims
    good = (NAMES[0], depth[NAMES[0]], depth[NAMES[0]])
    bad = (NAMES[1], torch.ones(SIZE), torch.zeros(SIZE))
    assert score(root, [good, bad]) == score(root, [good])
    with pytest.raises(ValueError, match='none of 1 images has edges'):
        score(root, [bad])


@pytest.mark.parametrize('broken', [math.nan, math.inf, -math.inf])
def test_a_prediction_that_is_not_finite_shows_and_is_named(ibims, broken, caplog):
    root, depth = ibims
    pred = depth[NAMES[0]].clone()
    pred[0, 0] = broken
    good = (NAMES[1], depth[NAMES[1]], depth[NAMES[1]])
    MMLogger.get_current_instance().addHandler(caplog.handler)
    values = score(root, [good, (NAMES[0], pred, depth[NAMES[0]])])
    MMLogger.get_current_instance().removeHandler(caplog.handler)
    assert all(map(math.isnan, values.values()))
    assert f'predicted for 1 of 2 images, so every error is NaN: {NAMES[0]}' in caplog.text


def test_what_does_not_fit_is_named(ibims, tmp_path):
    root, depth = ibims
    truth = depth[NAMES[0]]
    with pytest.raises(ValueError, match="has no image 'cellar'"):
        score(root, [('cellar', truth, truth)])
    with pytest.raises(ValueError, match='hall_01: ground truth of 24x32, prediction of 48x64'):
        score(root, [(NAMES[0], truth, truth[::2, ::2])])
    with pytest.raises(FileNotFoundError, match=r'manifest\.json: no such file: write'):
        score(tmp_path / 'nowhere', [(NAMES[0], truth, truth)])
    path = root / 'manifest.json'
    manifest = json.loads(path.read_text())
    manifest['settings']['quarters'] = 1
    path.write_text(json.dumps(manifest))
    with pytest.raises(ValueError, match='rotated by 90 degrees'):
        IBimsMetric(str(root)).annotations  # noqa: B018


def test_annotated_edges_are_missed_by_so_many_pixels():
    edges = torch.zeros(SIZE, dtype=torch.bool)
    edges[:, 30] = True
    depth = torch.full(SIZE, 2.0)
    depth[:, 30:] = 4.0
    near = dbe_to_annotation(depth, edges)
    assert near.accuracy <= 1
    for shift in (3, 6):
        far = dbe_to_annotation(depth.roll(shift, 1).where(torch.arange(64) >= shift, 2.0), edges)
        assert far.accuracy == pytest.approx(shift, abs=1)
    assert dbe_to_annotation(5 * depth, edges) == near
    assert dbe_to_annotation(torch.ones(SIZE), edges) == (10, 10)
    assert dbe_to_annotation(depth, torch.zeros_like(edges)) is None


def test_weak_steps_are_no_edges():
    """A step of a tenth of the range is below the lower threshold, one of half above both."""
    edges = torch.ones(SIZE, dtype=torch.bool)
    depth = torch.full(SIZE, 1.0)
    depth[:, :3] = 11.0
    without = dbe_to_annotation(depth, edges)
    depth[:, 40:] = 1.2
    assert dbe_to_annotation(depth, edges) == without
    depth[:, 40:] = 6.0
    assert dbe_to_annotation(depth, edges).completeness < without.completeness - 1


def test_a_damaged_mask_is_named(ibims):
    root, depth = ibims
    path = root / 'masks' / 'wall' / 'test' / f'{NAMES[0]}.png'
    path.write_bytes(cv2.imencode('.png', np.zeros(SIZE, np.uint8))[1].tobytes()[:20])
    with pytest.raises(ValueError, match=r'wall/test/hall_01\.png'):
        score(root, [(NAMES[0], depth[NAMES[0]], depth[NAMES[0]])])
