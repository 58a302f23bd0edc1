import pytest
import torch

from mmwsdepth.models.decode_heads import DepthHead


def _feats() -> list[torch.Tensor]:
    return [torch.randn(2, 4, 12, 16), torch.randn(2, 6, 6, 8), torch.randn(2, 8, 3, 4)]


def _head(**options: object) -> DepthHead:
    return DepthHead(**(dict(in_channels=[4, 6, 8], channels=16) | options))


@pytest.mark.parametrize('range_mode', ['log', 'sigmoid'])
def test_depth_has_twice_the_finest_size_and_starts_mid_range(range_mode: str) -> None:
    depth = _head(min_depth=0.1, max_depth=10.0, range_mode=range_mode)(_feats())
    assert depth.shape == (2, 1, 24, 32)
    middle = dict(log=1.0, sigmoid=5.05)[range_mode]
    assert torch.allclose(depth, torch.full_like(depth, middle), rtol=0.2)


def test_depth_has_the_size_of_a_level_at_full_resolution() -> None:
    assert _head(finest_stride=1)(_feats()).shape == (2, 1, 12, 16)


def test_levels_can_differ_in_width() -> None:
    even, slim = _head(), _head(channels=(4, 8, 16), finest_stride=1)
    assert [fuse.conv.out_channels for fuse in slim.fusions] == [4, 4, 8]
    assert slim(_feats()).shape == (2, 1, 12, 16)
    parameters = [sum(p.numel() for p in head.parameters()) for head in (slim, even)]
    assert parameters[0] < parameters[1]


def test_the_range_holds_for_any_raw_output() -> None:
    raw = torch.tensor([-1e4, -1.0, 0.0, 1.0, 1e4])
    sigmoid = _head(range_mode='sigmoid').to_meters(raw)
    assert sigmoid.min() >= 0.1
    assert sigmoid.max() <= 10.0
    log = _head(range_mode='log').to_meters(raw)
    assert log.isfinite().all()
    assert (log > 0).all()
    assert (log.diff() > 0).all()


def test_meters_are_float32_under_autocast() -> None:
    with torch.autocast('cpu', torch.bfloat16):
        depth = _head()(_feats())
    assert depth.dtype == torch.float32


def test_predict_has_the_images_size() -> None:
    head = _head().eval()
    assert head.predict(_feats(), [dict(img_shape=(47, 63))], {}).shape == (2, 1, 47, 63)


def test_every_level_contributes() -> None:
    feats = [f.requires_grad_() for f in _feats()]
    _head()(feats).log().var().backward()
    assert all(f.grad is not None and f.grad.abs().sum() > 0 for f in feats)


def test_the_decoders_maps_lie_on_the_encoders_grids() -> None:
    head = _head(channels=(4, 8, 16)).eval()
    maps = head.decode(_feats())
    assert [tuple(m.shape[1:]) for m in maps] == [(4, 12, 16), (4, 6, 8), (8, 3, 4)]
    feats = _feats()
    assert torch.equal(head.estimate(head.decode(feats)), head(feats))


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(min_depth=0.0), 'depth range 0.0..10.0 m'),
        (dict(min_depth=20.0), 'need 0 < min < max'),
        (dict(range_mode='linear'), "range_mode='linear'"),
        (dict(channels=(4, 8)), r'channels=\(4, 8\) for the 3 levels'),
    ],
)
def test_bad_options_are_refused(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _head(**options)
