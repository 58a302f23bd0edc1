import math

import cv2
import numpy as np
import pytest
import torch

from mmwsdepth.apis import DepthInferencer
from mmwsdepth.demo.estimates import KEPT, Estimate, EstimateCache, estimate_upload, make_file
from mmwsdepth.demo.upload import RefusedError, decode_image

from .conftest import encoded, exif_of


def made(**changes: object) -> Estimate:
    depth = np.random.default_rng(1).uniform(1, 5, (20, 30)).astype(np.float32)
    image = np.zeros((20, 30, 3), np.uint8)
    return Estimate('a.jpg', (40, 60), image, depth, 50.0, 'given', 0.1)._replace(**changes)


def vertices(ply: bytes) -> np.ndarray:
    header, _, body = ply.partition(b'end_header\n')
    assert header.startswith(b'ply')
    layout = [('xyz', '<f4', 3), ('rgb', 'u1', 3)]
    return np.frombuffer(body, layout)['xyz']


def test_a_small_image_is_estimated_as_it_is(inferencer: DepthInferencer) -> None:
    data = encoded()
    estimate = estimate_upload(inferencer, data, 'a.png', longest_side=56)
    expected = inferencer(decode_image(data, 'a.png'))['predictions']
    np.testing.assert_array_equal(estimate.depth, expected)
    assert estimate.uploaded_size == estimate.depth.shape == (40, 56)


def test_a_large_image_is_shrunk_in_its_proportions(inferencer: DepthInferencer) -> None:
    estimate = estimate_upload(inferencer, encoded((90, 40)), 'a.png', longest_side=45)
    assert estimate.depth.shape == estimate.image.shape[:2] == (45, 20)
    assert estimate.uploaded_size == (90, 40)
    pixels = decode_image(encoded((90, 40)), 'a.png').reshape(45, 2, 20, 2, 3).mean((1, 3))
    assert np.abs(estimate.image - pixels).max() <= 0.5


def test_the_focal_length_comes_from_option_exif_or_assumption(inferencer) -> None:
    with_exif = encoded((24, 36), 'JPEG', exif=exif_of(28))
    sources = [(with_exif, 99.0), (with_exif, None), (encoded((24, 36)), None)]
    found = [estimate_upload(inferencer, data, 'a', 18, given) for data, given in sources]
    assert [estimate.focal_source for estimate in found] == ['given', 'exif', 'assumed']
    assert [estimate.focal_length for estimate in found] == pytest.approx([99, 28, 18 * 3**0.5])


def test_too_little_memory_is_one_sentence(inferencer, monkeypatch) -> None:
    def full(self: DepthInferencer, batch: object) -> None:
        raise torch.cuda.OutOfMemoryError

    monkeypatch.setattr(DepthInferencer, 'forward', full)
    with pytest.raises(
        RefusedError, match=r'a: 56x40 pixels do not fit .* --longest-side below 56'
    ):
        estimate_upload(inferencer, encoded(), 'a', 100)


def test_an_estimate_that_is_not_finite_is_one_sentence(inferencer, monkeypatch) -> None:
    forward = DepthInferencer.forward

    def broken(self: DepthInferencer, batch: object) -> object:
        samples = forward(self, batch)
        samples[0].pred_depth_map.data[0, 0, 0] = math.inf
        return samples

    monkeypatch.setattr(DepthInferencer, 'forward', broken)
    with pytest.raises(RefusedError, match=r'^a: pixels of the estimate are not finite: start'):
        estimate_upload(inferencer, encoded(), 'a', 100)


def test_a_sensor_whose_unit_is_not_known_is_refused(inferencer, monkeypatch) -> None:
    both = [dict(type='mmwsdepth.RGBDDataset', depth_scale=scale) for scale in (0.001, 0.01)]
    monkeypatch.setattr(inferencer, '_test_data', dict(type='ConcatDataset', datasets=both))
    monkeypatch.delitem(vars(inferencer), 'sensor_unit', raising=False)
    with pytest.raises(RefusedError, match="the test data's depth has 2 units"):
        estimate_upload(inferencer, encoded(), 'a', 100, sensor=b'any')


def test_the_png_holds_millimeters() -> None:
    estimate = made()
    content, suffix = make_file(estimate, 'png', 50)
    decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    assert suffix == '.png' and decoded.dtype == np.uint16
    assert np.abs(decoded / 1000 - estimate.depth).max() <= 0.0005 + 1e-6


def test_depth_too_far_for_16_bits_comes_as_npy() -> None:
    assert make_file(made(depth=np.full((20, 30), 70, np.float32)), 'png', 50)[1] == '.npy'


def test_the_point_cloud_shrinks_the_focal_length_with_the_image() -> None:
    estimate = made()
    content, suffix = make_file(estimate, 'ply', focal_length=80)
    points = vertices(content)
    assert suffix == '.ply' and len(points) == 600
    z = estimate.depth[0, 0]
    np.testing.assert_allclose(points[0], [-14.5 / 40 * z, -9.5 / 40 * z, z], rtol=1e-6)


@pytest.mark.parametrize('focal_length', [0.0, -1.0, math.nan, math.inf])
def test_a_focal_length_that_is_none_is_refused(focal_length: float) -> None:
    with pytest.raises(RefusedError, match=r'focal length is .*: give a positive number'):
        make_file(made(), 'ply', focal_length)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(RefusedError, match="output 'exe' is none of png"):
        make_file(made(), 'exe', 50)


def test_the_shelf_keeps_the_newest() -> None:
    cache = EstimateCache()
    keys = [cache.put(made(name=str(i))) for i in range(KEPT + 1)]
    assert [cache.get(key).name for key in keys[1:]] == [str(i) for i in range(1, KEPT + 1)]
    with pytest.raises(RefusedError, match=rf'not one of the last {KEPT}.*again'):
        cache.get(keys[0])


def sensor_depth(size: tuple[int, int] = (10, 14), millimeters: int = 2000) -> bytes:
    return cv2.imencode('.png', np.full(size, millimeters, np.uint16))[1].tobytes()


def test_the_sensors_depth_gives_the_meters(inferencer: DepthInferencer) -> None:
    found = estimate_upload(inferencer, encoded((80, 112)), 'a.png', 56, sensor=sensor_depth())
    assert found.sensor_size == (10, 14) and found.depth.shape == (40, 56)
    np.testing.assert_allclose(found.depth, 2, rtol=1e-3)
    assert estimate_upload(inferencer, encoded(), 'a.png', 56).sensor_size is None


@pytest.mark.parametrize(
    ('sensor', 'sentence'),
    [
        (b'no depth', 'sensor depth.png: 8 bytes, truncated or no image that OpenCV reads'),
        (sensor_depth((14, 10)), 'sensor depth.png: depth is 14x10, image 40x56: aspect ratios'),
        (sensor_depth((80, 112)), 'sensor depth.png: depth is 80x112, image 40x56: depth has more'),
        (sensor_depth(millimeters=0), 'sensor depth.png: no pixel of 10x14 was measured'),
    ],
)
def test_depth_that_cannot_be_used_is_refused(inferencer, sensor, sentence) -> None:
    with pytest.raises(RefusedError) as error:
        estimate_upload(inferencer, encoded(), 'a.png', 56, sensor=sensor)
    assert str(error.value).startswith(sentence)
    assert error.value.status == 422
