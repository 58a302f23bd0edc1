from pathlib import Path

import pytest
import torch
from torch.optim import Adam

from mmwsdepth.models.estimators import DepthReconstruction
from mmwsdepth.models.estimators.depth_reconstruction import mask_blocks


def _teacher(**options: object) -> DepthReconstruction:
    return DepthReconstruction(**(dict(channels=(8, 16, 24)) | options))


def test_features_have_the_documented_strides_for_odd_sizes_too() -> None:
    estimate = _teacher().reconstruct(torch.rand(2, 1, 13, 18) + 1)
    assert estimate.depth.shape == (2, 1, 13, 18)
    assert [tuple(f.shape[1:]) for f in estimate.feats] == [(8, 13, 18), (16, 7, 9), (24, 4, 5)]


def test_the_value_at_a_hole_has_no_influence() -> None:
    depth = torch.rand(1, 1, 12, 16) + 1
    depth[..., 4:8, 4:8] = 0
    other = depth.clone()
    other[..., 4:8, 4:8] = -5
    teacher = _teacher().eval()
    assert torch.equal(teacher.reconstruct(depth).depth, teacher.reconstruct(other).depth)
    assert (teacher.reconstruct(depth).depth > 0).all()


def test_it_learns_to_fill_masked_blocks() -> None:
    ramp = torch.linspace(1, 4, 16).expand(4, 1, 16, 16).contiguous()
    teacher = _teacher()
    optimizer = Adam(teacher.parameters(), lr=1e-2)
    first = teacher.reconstruction(ramp).item()
    for _ in range(60):
        optimizer.zero_grad()
        loss = teacher.reconstruction(ramp)
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.2 * first


def test_masked_blocks_are_whole_and_of_the_expected_ratio() -> None:
    depth = torch.ones(8, 1, 40, 40)
    masked = mask_blocks(depth, ratio=0.3, size=4)
    blocks = masked.unfold(2, 4, 4).unfold(3, 4, 4).flatten(-2)
    assert ((blocks == 0).all(-1) | (blocks == 1).all(-1)).all()
    assert abs((masked == 0).float().mean().item() - 0.3) < 0.06
    assert torch.equal(mask_blocks(depth, ratio=0.0), depth)


def test_alone_it_is_a_model_for_the_runner(make_samples) -> None:
    teacher, samples = _teacher(), make_samples((12, 16))
    losses = teacher(torch.zeros(2, 3, 48, 64), samples, mode='loss')
    assert set(losses) == {'loss_teacher'}
    losses['loss_teacher'].backward()
    assert all(p.grad is not None for p in teacher.parameters())
    predictions = teacher.eval()(torch.zeros(2, 3, 48, 64), samples, mode='predict')
    assert predictions[1].pred_depth_map.data.shape == (1, 12, 16)
    again = teacher(torch.zeros(2, 3, 48, 64), make_samples((12, 16)), mode='predict')
    assert again[1].pred_depth_map.data.shape == (1, 12, 16)
    assert teacher(torch.rand(1, 1, 12, 16)).shape == (1, 1, 12, 16)
    with pytest.raises(ValueError, match="mode 'guess'"):
        teacher(torch.rand(1, 1, 12, 16), samples, mode='guess')


def test_prediction_fills_blocks_that_are_masked_alike_each_time(make_samples) -> None:
    teacher, samples = _teacher().eval(), make_samples((12, 16))
    first, second = (
        teacher(torch.zeros(2, 3, 48, 64), samples, mode='predict')[0].pred_depth_map.data.clone()
        for _ in range(2)
    )
    assert torch.equal(first, second)
    shown = teacher.reconstruct(samples[0].gt_depth_map.data[None]).depth[0]
    assert not torch.allclose(first, shown)


def test_what_is_distilled_comes_from_a_clean_pass_without_gradient() -> None:
    teacher, depth = _teacher(mask_ratio=0.9).train(), torch.rand(2, 1, 12, 16) + 1
    features = teacher.features(depth)
    assert not features.requires_grad
    assert torch.equal(features, teacher.reconstruct(depth).feats[0])
    assert torch.equal(features, teacher.features(depth)), 'nothing is masked at random'


def test_no_skip_copies_depth_at_full_resolution() -> None:
    teacher, depth = _teacher().eval(), torch.rand(1, 1, 16, 16) + 1
    depth.requires_grad_()
    (at_pixel,) = torch.autograd.grad(teacher.reconstruct(depth).feats[0][0, :, 8, 8].sum(), depth)
    assert teacher.decoder[0][0].conv.in_channels == 16, 'of the next coarser level alone'
    assert at_pixel.abs().sum() > 0


def test_frozen_without_weights_is_refused() -> None:
    with pytest.raises(ValueError, match=r'no weights: set model\.teacher\.init_cfg'):
        _teacher(frozen=True)


def test_frozen_survives_train_mode() -> None:
    init_cfg = dict(type='Pretrained', checkpoint='x.pth')
    teacher = _teacher(frozen=True, init_cfg=init_cfg).train()
    assert not any(m.training for m in teacher.modules())
    assert not any(p.requires_grad for p in teacher.parameters())


@pytest.mark.parametrize('prefix', [None, 'teacher', 'teacher.'])
def test_a_teacher_starts_from_the_whole_of_its_own_weights_or_not_at_all(
    tmp_path: Path, prefix: str | None
) -> None:
    saved, start = _teacher(), '' if prefix is None else 'teacher.'
    states = dict(good=saved.state_dict(), wide=_teacher(channels=(16, 24)).state_dict())
    states['part'] = dict(list(states['good'].items())[:-1])
    for name, state in states.items():
        weights = {f'{start}{key}': value for key, value in state.items()}
        torch.save(dict(state_dict=weights), tmp_path / f'{name}.pth')

    def load(name: str) -> DepthReconstruction:
        init_cfg = dict(type='Pretrained', checkpoint=str(tmp_path / f'{name}.pth'))
        teacher = _teacher(frozen=True, init_cfg=init_cfg | (dict(prefix=prefix) if prefix else {}))
        teacher.init_weights()
        return teacher

    assert all(torch.equal(v, states['good'][k]) for k, v in load('good').state_dict().items())
    for name, complaint in (('wide', 'is'), ('part', r'has no output\.bias')):
        with pytest.raises(ValueError, match=rf'{name}\.pth: not the teach.*: .*{complaint}'):
            load(name)
