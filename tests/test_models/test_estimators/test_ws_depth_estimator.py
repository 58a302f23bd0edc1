import pytest
import torch
from mmengine.config import ConfigDict
from mmengine.runner.checkpoint import load_state_dict
from mmengine.structures import PixelData
from torch import Tensor, nn

from mmwsdepth.functional import downsample_depth, downsample_image
from mmwsdepth.models.estimators import checks
from mmwsdepth.registry import MODELS

LOSSES = ('loss_lr', 'loss_hr', 'loss_consistency', 'loss_affinity')
ONLY_HR = dict(loss_lr=None, loss_consistency=None, loss_affinity=None, teacher=None)


def _grads(module: nn.Module) -> Tensor:
    return torch.cat([p.grad.flatten() for p in module.parameters() if p.grad is not None])


def _running_means(module: nn.Module) -> list[Tensor]:
    return [m.running_mean.clone() for m in module.modules() if isinstance(m, nn.BatchNorm2d)]


@pytest.mark.parametrize(
    ('hr', 'lr'), [((32, 64), (8, 16)), ((60, 90), (8, 12)), ((24, 32), (24, 32))]
)
def test_any_ratio_gives_the_four_losses(make_estimator, make_samples, hr, lr) -> None:
    model = make_estimator()
    model.loss_factors['loss_affinity'] = 1.0
    losses = model(torch.randn(2, 3, *hr), make_samples(lr), mode='loss')
    assert set(losses) == {*LOSSES, 'loss_teacher'}
    assert all(loss.isfinite() and loss.ndim == 0 for loss in losses.values())


@pytest.mark.parametrize('name', LOSSES)
def test_each_loss_reaches_the_student_and_never_the_teacher(
    make_estimator, make_samples, name
) -> None:
    model = make_estimator()
    model.loss_factors['loss_affinity'] = 1.0
    model.loss(torch.randn(2, 3, 32, 64), make_samples((8, 16)))[name].backward()
    assert _grads(model.student.backbone).abs().sum() > 0
    assert all(p.grad is None for p in model.teacher.parameters())


def test_the_teachers_loss_reaches_the_teacher_alone(make_estimator, make_samples) -> None:
    model = make_estimator()
    model.loss(torch.randn(2, 3, 32, 64), make_samples((8, 16)))['loss_teacher'].backward()
    assert all(p.grad is not None for p in model.teacher.parameters())
    assert all(p.grad is None for p in model.student.parameters())


def test_a_frozen_teacher_has_no_loss_and_stays_in_evaluation(make_estimator, make_samples) -> None:
    model = make_estimator(
        teacher=dict(type='mmwsdepth.DepthReconstruction', channels=(8, 16), frozen=True)
    )
    model.loss_factors['loss_affinity'] = 1.0
    losses = model.loss(torch.randn(2, 3, 32, 64), make_samples((8, 16)))
    assert set(losses) == set(LOSSES)
    sum(losses.values()).backward()
    assert all(p.grad is None and not p.requires_grad for p in model.teacher.parameters())
    assert not model.train().teacher.training


def test_losses_are_what_the_paper_says(make_estimator, make_samples) -> None:
    model, samples = make_estimator(teacher=None, loss_affinity=None), make_samples((8, 16))
    image, gt = torch.randn(2, 3, 32, 64), torch.stack([s.gt_depth_map.data for s in samples])
    losses = model.loss(image, samples)
    hr = downsample_depth(model.estimate(image).depth, (8, 16))
    lr = model.estimate(downsample_image(image, (8, 16))).depth
    modules = model.loss_modules
    assert torch.allclose(losses['loss_hr'], modules['loss_hr'](hr, gt))
    assert torch.allclose(losses['loss_lr'], modules['loss_lr'](lr, gt))
    assert torch.allclose(losses['loss_consistency'], modules['loss_consistency'](lr, hr))


@pytest.mark.parametrize('branch', ['hr', 'lr', 'both'])
def test_running_statistics_come_from_the_branch_that_is_named(
    make_estimator, make_samples, branch
) -> None:
    model = make_estimator(running_stats=branch, teacher=None, loss_affinity=None)
    reference = make_estimator(teacher=None, loss_affinity=None)
    reference.load_state_dict(model.state_dict())
    image = torch.randn(2, 3, 32, 64)
    model.loss(image, make_samples((8, 16)))
    if branch in ('lr', 'both'):
        reference.estimate(downsample_image(image, (8, 16)))
    if branch in ('hr', 'both'):
        reference.estimate(image)
    pairs = zip(_running_means(model), _running_means(reference), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_a_branch_that_runs_alone_updates_the_running_statistics(
    make_estimator, make_samples
) -> None:
    model = make_estimator(running_stats='hr')
    model.loss_factors |= {'loss_hr': 0.0, 'loss_consistency': 0.0}
    before = _running_means(model.student)
    losses = model.loss(torch.randn(2, 3, 32, 64), make_samples((8, 16)))
    assert set(losses) == {'loss_lr', 'loss_teacher'}
    assert not torch.equal(before[0], _running_means(model.student)[0])


def test_loss_hr_alone_with_hr_truth_is_supervised_training(make_estimator, make_samples) -> None:
    model, samples = make_estimator(**ONLY_HR), make_samples((32, 64))
    image = torch.randn(2, 3, 32, 64)
    losses = model.loss(image, samples)
    gt = torch.stack([s.gt_depth_map.data for s in samples])
    expected = model.loss_modules['loss_hr'](model.estimate(image).depth, gt)
    assert set(losses) == {'loss_hr'}
    assert torch.allclose(losses['loss_hr'], expected)


def test_a_batch_without_valid_pixels_leaves_the_weights_finite(
    make_estimator, make_samples
) -> None:
    model, samples = make_estimator(), make_samples((8, 16))
    model.loss_factors['loss_affinity'] = 1.0
    for sample in samples:
        sample.gt_depth_map.data.zero_()
    losses = model.loss(torch.randn(2, 3, 32, 64), samples)
    for name in ('loss_lr', 'loss_hr', 'loss_affinity', 'loss_teacher'):
        assert losses[name] == 0
    sum(losses.values()).backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in model.parameters())


def test_mixed_precision_gives_finite_losses_in_float32(make_estimator, make_samples) -> None:
    model = make_estimator()
    model.loss_factors['loss_affinity'] = 1.0
    with torch.autocast('cpu', torch.bfloat16):
        losses = model.loss(torch.randn(2, 3, 32, 64), make_samples((8, 16)))
    assert all(loss.dtype == torch.float32 and loss.isfinite() for loss in losses.values())


def test_predictions_have_the_colour_images_size(make_estimator, make_samples) -> None:
    model, samples = make_estimator().eval(), make_samples((8, 16))
    samples[0].set_metainfo(dict(ori_shape=(64, 128)))
    predictions = model(torch.randn(2, 3, 32, 64), samples, mode='predict')
    assert predictions[0].pred_depth_map.data.shape == (1, 64, 128)
    assert predictions[1].pred_depth_map.data.shape == (1, 32, 64)
    assert model(torch.randn(1, 3, 32, 64)).shape == (1, 1, 32, 64)


def test_truth_larger_than_the_image_is_refused(make_estimator, make_samples) -> None:
    with pytest.raises(ValueError, match=r'depth_0\.png: ground truth of 64x64 is larger .* 32x64'):
        make_estimator().loss(torch.randn(2, 3, 32, 64), make_samples((64, 64)))


def test_truth_of_two_sizes_in_a_batch_is_refused(make_estimator, make_samples) -> None:
    samples = make_samples((8, 16))
    samples[1].gt_depth_map = PixelData(data=torch.ones(1, 4, 8))
    with pytest.raises(ValueError, match=r'depth_1\.png: depth is 4x8, depth_0\.png .* is 8x16'):
        make_estimator().loss(torch.randn(2, 3, 32, 64), samples)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(running_stats='mean'), "running_stats='mean'"),
        (dict(sensor='max'), "sensor='max' is none of area"),
        (dict(loss_lr=None, loss_hr=None), 'nothing ties depth to metres'),
    ],
)
def test_bad_options_are_refused(make_estimator, options, message) -> None:
    with pytest.raises(ValueError, match=message):
        make_estimator(**options)


def test_an_unknown_mode_is_refused(make_estimator) -> None:
    with pytest.raises(ValueError, match="mode 'guess'"):
        make_estimator()(torch.randn(1, 3, 32, 64), mode='guess')


def test_a_published_student_fits_us_and_plain_mmsegmentation(
    make_estimator,
) -> None:
    trained, ours = make_estimator().eval(), make_estimator().eval()
    published = trained.student.state_dict()
    load_state_dict(ours, dict(published), strict=True)
    plain = MODELS.build(
        dict(
            type='mmseg.DepthEstimator',
            backbone=dict(type='mmwsdepth.EfficientNetLite', out_indices=(0, 1, 2)),
            decode_head=dict(type='mmwsdepth.DepthHead', in_channels=[16, 24, 40], channels=8),
            test_cfg=ConfigDict(mode='whole'),
        )
    ).eval()
    plain.load_state_dict(published)
    image = torch.randn(1, 3, 32, 64)
    expected = trained(image)
    assert torch.equal(ours(image), expected)
    predicted = plain(image, mode='predict')[0].pred_depth_map.data
    assert torch.allclose(predicted, expected[0], atol=1e-6)


def test_another_models_checkpoint_is_refused(make_estimator) -> None:
    model = make_estimator()
    with pytest.raises(ValueError, match="none of the student's weights"):
        load_state_dict(model, model.teacher.state_dict())


def test_it_is_known_whether_the_teachers_weights_were_loaded(make_estimator) -> None:
    trained, model = make_estimator(), make_estimator()
    load_state_dict(model, trained.student.state_dict())
    assert not model.teacher_has_weights
    load_state_dict(model, trained.state_dict())
    assert model.teacher_has_weights


@pytest.mark.parametrize(('grid', 'warned'), [((24, 36), 1), ((32, 48), 0)])
def test_an_lr_view_too_small_for_the_student_is_told_once(
    make_estimator,
    make_samples,
    monkeypatch: pytest.MonkeyPatch,
    grid: tuple[int, int],
    warned: int,
) -> None:
    told: list[str] = []
    monkeypatch.setattr(checks, 'print_log', lambda message, *_: told.append(message))
    model = make_estimator(teacher=None, loss_affinity=None)
    for _ in range(2):
        model.loss(torch.randn(2, 3, 64, 96), make_samples(grid))
    assert len(told) == warned
    assert not warned or 'LR view of 24x36 leaves 3x5 features' in told[0]
