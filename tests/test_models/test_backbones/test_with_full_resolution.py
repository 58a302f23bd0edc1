import torch
from mmengine.registry import init_default_scope

from mmwsdepth.models.backbones import WithFullResolution


def _backbone() -> WithFullResolution:
    init_default_scope('mmseg')
    return WithFullResolution(
        dict(type='mmwsdepth.EfficientNetLite', out_indices=(0, 1)), channels=5
    )


def test_a_level_of_the_images_size_comes_first() -> None:
    shapes = [tuple(feat.shape) for feat in _backbone()(torch.randn(2, 3, 20, 28))]
    assert shapes == [(2, 5, 20, 28), (2, 16, 10, 14), (2, 24, 5, 7)]


def test_the_other_levels_are_those_of_the_backbone_alone() -> None:
    model, image = _backbone().eval(), torch.randn(1, 3, 16, 16)
    for wrapped, own in zip(model(image)[1:], model.backbone(image), strict=True):
        assert torch.equal(wrapped, own)


def test_the_added_level_tells_neighboring_pixels_apart() -> None:
    image = torch.zeros(1, 3, 8, 8)
    image[..., 4:] = 1.0
    full = _backbone().eval()(image)[0]
    assert (full[..., 3] - full[..., 4]).abs().sum() > 0
