from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from mmwsdepth.models.inference import InferenceOptions, focal_factor, infer, size_at_training
from mmwsdepth.models.inference.trained_size import see_at_trained_size

TRAINED = (48, 64)


@pytest.mark.parametrize(
    ('full', 'expected'),
    [
        ((480, 640), (48, 64)),
        ((24, 32), (48, 64)),
        ((640, 480), (64, 48)),
        ((360, 640), (36, 64)),
        ((480, 480), (48, 48)),
        ((640, 360), (64, 36)),
        ((1, 6400), (1, 64)),
        ((375, 500), (48, 64)),
    ],
)
def test_an_image_or_a_part_of_it_fits_into_the_training_images(full, expected) -> None:
    assert size_at_training(full, TRAINED) == expected
    assert size_at_training(full, (64, 48)) == expected, 'training images may lie or stand'


@pytest.mark.parametrize('full', [(375, 1242), (370, 1226), (376, 1241)])
def test_less_than_two_percent_is_no_reason_to_resample(full) -> None:
    assert size_at_training(full, (375, 1242)) == full
    image = torch.rand(1, 3, *full)
    assert torch.equal(see_at_trained_size(image, lambda x: x[:, :1], (375, 1242)), image[:, :1])


def _apparent_size(image: Tensor) -> Tensor:
    """Meters from how large things look: 1 over the mean slope of a ramp, which size changes."""
    slope = image[:, :1].diff(dim=-1).abs().mean((-1, -2), keepdim=True)
    return (0.05 / slope).expand(-1, 1, *image.shape[-2:]) + 0.2 * image[:, 1:2]


def _photo(size: tuple[int, int]) -> Tensor:
    height, width = ((torch.arange(side) + 0.5) / side for side in size)
    rows, columns = torch.meshgrid(height, width, indexing='ij')
    return torch.stack([columns, rows, rows * columns])[None]


def test_depth_does_not_depend_on_the_photos_size() -> None:
    options = InferenceOptions(trained_size=TRAINED)
    expected = infer(_photo(TRAINED), _apparent_size, options)
    for size in ((480, 640), (240, 320), (336, 448), (24, 32), (67, 90)):
        photo = _photo(size)
        depth = infer(photo, _apparent_size, options)
        assert depth.shape == (1, 1, *size)
        seen = F.interpolate(depth, TRAINED, mode='bilinear', antialias=True)
        assert (seen / expected - 1).abs().amax() < 0.02
        plain = infer(photo, _apparent_size, InferenceOptions())
        assert abs(plain.median() / expected.median() - 1) > 0.2, 'the network sees sizes'


@pytest.mark.parametrize('cut', [(slice(None), slice(80, 560)), (slice(60, 420), slice(None))])
def test_a_part_of_a_photo_keeps_the_photos_scale(cut: tuple[slice, slice]) -> None:
    options = InferenceOptions(trained_size=TRAINED)
    photo = _photo((480, 640))
    part = photo[..., cut[0], cut[1]]
    whole = infer(photo, _apparent_size, options)[..., cut[0], cut[1]]
    assert abs(infer(part, _apparent_size, options).median() / whole.median() - 1) < 0.02


def test_tiles_are_native_and_take_their_scale_from_the_trained_size() -> None:
    seen = []

    def estimate(image: Tensor) -> Tensor:
        seen.append(tuple(image.shape[-2:]))
        return _apparent_size(image)

    tiles = dict(mode='slide', tile=(96, 128), cell=4)
    options = InferenceOptions.from_cfg(tiles | dict(trained_size=TRAINED))
    depth = infer(_photo((192, 256)), estimate, options)
    assert seen[0] == TRAINED and set(seen[1:]) == {(96, 128)}
    expected = infer(_photo(TRAINED), _apparent_size, InferenceOptions())
    assert abs(depth.median() / expected.median() - 1) < 0.02
    seen.clear()
    infer(_photo((40, 56)), estimate, options)
    assert seen == [(46, 64)], 'a small photo is seen whole, and as large as in training'
    seen.clear()
    infer(_photo((192, 256)), estimate, InferenceOptions.from_cfg(tiles | dict(global_size=100)))
    assert seen[0] == (75, 100)


def test_what_is_called_factor_is_one() -> None:
    photo = _photo((48, 64))
    once = infer(photo, _apparent_size, InferenceOptions())
    for mode in ('whole', 'slide'):
        options = InferenceOptions(mode=mode, depth_factor=1.5)
        torch.testing.assert_close(infer(photo, _apparent_size, options), 1.5 * once)


def test_depth_follows_the_focal_length_at_the_size_that_is_seen() -> None:
    options = InferenceOptions(
        trained_size=TRAINED, trained_focal_length=50.0, scale_by_focal_length=True
    )
    assert focal_factor(500.0, (480, 640), (480, 640), options) == pytest.approx(1)
    assert focal_factor(1000.0, (480, 640), (480, 640), options) == pytest.approx(2)
    assert focal_factor(500.0, (480, 640), (96, 128), options) == pytest.approx(1)
    own_size = InferenceOptions(trained_focal_length=50.0, scale_by_focal_length=True)
    assert focal_factor(500.0, (480, 640), (96, 128), own_size) == pytest.approx(2)
    assert focal_factor(None, (480, 640), (480, 640), InferenceOptions()) == 1


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(scale_by_focal_length=True), 'needs the focal length of the training camera'),
        (
            dict(scale_by_focal_length=True, trained_focal_length=9.0),
            'needs the focal length of every image',
        ),
    ],
)
def test_a_focal_length_that_is_not_known_is_asked_for(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        focal_factor(None, (4, 4), (4, 4), InferenceOptions(**options))


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(trained_size=64), 'trained_size=64, not'),
        (dict(trained_size=(0, 4)), r'trained_size=\(0, 4\)'),
        (dict(trained_focal_length=-1.0), 'trained_focal_length=-1.0'),
        (dict(scale_by_focal_length='yes'), "scale_by_focal_length='yes'"),
        (dict(depth_factor=0), 'depth_factor=0, not'),
        (dict(depth_factor=float('nan')), 'depth_factor=nan'),
        (dict(global_size='x'), "global_size='x', none of"),
    ],
)
def test_bad_options_are_refused(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        InferenceOptions.from_cfg(options)


def test_the_config_wins_over_the_checkpoint(make_estimator: Callable) -> None:
    model = make_estimator(test_cfg=dict(depth_factor=2.0))
    model.take_over_options(dict(depth_factor=3.0, trained_size=(48, 64)))
    assert model.inference.depth_factor == 2
    assert model.inference.trained_size == (48, 64)
    unsized = make_estimator(test_cfg=dict(trained_size=None))
    unsized.take_over_options(dict(trained_size=(48, 64)))
    assert unsized.inference.trained_size is None
