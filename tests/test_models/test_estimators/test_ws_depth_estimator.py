import logging

import pytest
import torch
from mmengine.config import ConfigDict
from mmengine.runner.checkpoint import load_state_dict
from mmengine.structures import PixelData
from torch import Tensor, nn

from mmwsdepth.functional import area_mean, downsample_depth, downsample_image, fuse_sensor_depth
from mmwsdepth.models.estimators import ws_depth_estimator
from mmwsdepth.models.estimators.student import coarsest_at_least, resize_depth
from mmwsdepth.registry import MODELS

LOSSES = ('loss_lr', 'loss_hr', 'loss_consistency', 'loss_affinity')
NO_TEACHER = dict(teacher=None, loss_affinity=None)
ONLY_HR = dict(loss_lr=None, loss_consistency=None, **NO_TEACHER)
FROZEN = dict(
    type='mmwsdepth.DepthReconstruction',
    channels=(8, 16),
    frozen=True,
    init_cfg=dict(type='Kaiming', layer='Conv2d'),
)


def _grads(module: nn.Module) -> Tensor:
    return torch.cat([p.grad.flatten() for p in module.parameters() if p.grad is not None])


def _running_means(module: nn.Module) -> list[Tensor]:
    return [m.running_mean.clone() for m in module.modules() if isinstance(m, nn.BatchNorm2d)]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the estimator says."""
    said: list[str] = []

    def note(message: str, logger: str, level: int) -> None:
        assert level == logging.WARNING
        said.append(message)

    monkeypatch.setattr(ws_depth_estimator, 'print_log', note)
    return said


@pytest.mark.parametrize(
    ('hr', 'lr'), [((32, 64), (8, 16)), ((60, 90), (8, 12)), ((24, 32), (24, 32))]
)
def test_any_ratio_gives_the_four_losses(make_estimator, make_samples, hr, lr) -> None:
    losses = make_estimator()(torch.randn(2, 3, *hr), make_samples(lr), mode='loss')
    assert set(losses) == {*LOSSES, 'loss_teacher'}
    assert all(loss.isfinite() and loss.ndim == 0 for loss in losses.values())


@pytest.mark.parametrize('name', LOSSES)
def test_each_loss_reaches_the_student_and_never_the_teacher(
    make_estimator, make_samples, name
) -> None:
    model = make_estimator()
    model.loss(torch.randn(2, 3, 32, 64), make_samples((8, 16)))[name].backward()
    assert _grads(model.student.backbone).abs().sum() > 0
    assert all(p.grad is None for p in model.teacher.parameters())


def test_the_teachers_loss_reaches_the_teacher_alone(make_estimator, make_samples) -> None:
    model = make_estimator()
    model.loss(torch.randn(2, 3, 32, 64), make_samples((8, 16)))['loss_teacher'].backward()
    assert all(p.grad is not None for p in model.teacher.parameters())
    assert all(p.grad is None for p in model.student.parameters())


@pytest.mark.parametrize(
    ('left_out', 'gone'),
    [
        (dict(loss_lr=None), {'loss_lr'}),
        (dict(loss_hr=None), {'loss_hr'}),
        (dict(loss_consistency=None), {'loss_consistency'}),
        (NO_TEACHER, {'loss_affinity', 'loss_teacher'}),
        (dict(teacher=FROZEN), {'loss_teacher'}),
    ],
)
def test_leaving_a_part_out_changes_that_part_alone(
    make_estimator, make_samples, left_out, gone
) -> None:
    whole, part = make_estimator(), make_estimator(**left_out)
    part.load_state_dict(whole.state_dict(), strict=False)
    image, samples = torch.randn(2, 3, 32, 64), make_samples((8, 16))
    expected, found = whole.loss(image, samples), part.loss(image, samples)
    assert set(expected) - set(found) == gone
    for name in set(found) - {'loss_affinity', 'loss_teacher'}:
        assert torch.equal(found[name], expected[name]), name


def test_a_frozen_teacher_has_no_loss_and_stays_in_evaluation(make_estimator, make_samples) -> None:
    model = make_estimator(teacher=FROZEN)
    losses = model.loss(torch.randn(2, 3, 32, 64), make_samples((8, 16)))
    assert set(losses) == set(LOSSES)
    sum(losses.values()).backward()
    assert all(p.grad is None and not p.requires_grad for p in model.teacher.parameters())
    assert not model.train().teacher.training


def test_losses_are_what_the_paper_says(make_estimator, make_samples) -> None:
    model, samples = make_estimator(), make_samples((8, 16))
    image, gt = torch.randn(2, 3, 32, 64), torch.stack([s.gt_depth_map.data for s in samples])
    losses = model.loss(image, samples)
    hr, lr = model.estimate(image), model.estimate_lr(downsample_image(image, (8, 16)))
    hr_down = downsample_depth(hr.depth, (8, 16))
    target = model.teacher.features(gt)
    affinities = [
        model.loss_affinity(coarsest_at_least(feats, target), target)
        for feats in (hr.feats, lr.feats)
    ]
    assert torch.allclose(losses['loss_hr'], model.loss_hr(hr_down, gt))
    assert torch.allclose(losses['loss_lr'], model.loss_lr(lr.depth, gt))
    assert torch.allclose(losses['loss_consistency'], model.loss_consistency(lr.depth, hr_down))
    assert torch.allclose(losses['loss_affinity'], torch.stack(affinities).mean(), rtol=1e-3)


def test_a_branch_that_learns_alone_has_its_own_losses(make_estimator, make_samples) -> None:
    model, samples = make_estimator(), make_samples((8, 16))
    image = torch.randn(2, 3, 32, 64)
    model.learning_branches = ['lr']
    assert set(model.loss(image, samples)) == {'loss_lr', 'loss_affinity', 'loss_teacher'}
    model.learning_branches = ['hr']
    losses = model.loss(image, samples)
    assert set(losses) == {'loss_hr', 'loss_consistency', 'loss_affinity', 'loss_teacher'}


def test_while_hr_learns_the_lr_estimate_is_a_target_without_gradient(
    make_estimator, make_samples
) -> None:
    model, samples = make_estimator(loss_lr=None, **NO_TEACHER), make_samples((8, 16))
    image = torch.randn(2, 3, 32, 64)
    for branches, gradient_of_lr in ((['hr', 'lr'], True), (['hr'], False)):
        seen: list[bool] = []
        model.loss_consistency.register_forward_pre_hook(
            lambda _, args, seen=seen: seen.append(args[0].requires_grad)
        )
        model.learning_branches = branches
        model.loss(image, samples)
        assert seen == [gradient_of_lr]


@pytest.mark.parametrize('branches', [['hr'], ['lr'], ['hr', 'lr']])
def test_every_learnable_parameter_gets_a_gradient_in_every_kind_of_step(
    make_estimator, make_samples, branches
) -> None:
    """Else distributed training stops with 'Expected to have finished reduction'."""
    model = make_estimator()
    model.learning_branches, model.affinity_factor = branches, 0.0
    sum(model.loss(torch.randn(2, 3, 32, 64), make_samples((8, 16))).values()).backward()
    assert all(p.grad is not None for p in model.parameters())


def test_each_branch_keeps_its_own_statistics(make_estimator, make_samples) -> None:
    model, reference = make_estimator(**NO_TEACHER), make_estimator(**NO_TEACHER)
    reference.load_state_dict(model.state_dict())
    image = torch.randn(2, 3, 32, 64)
    model.loss(image, make_samples((8, 16)))
    reference.estimate(image)
    for a, b in zip(_running_means(model), _running_means(reference), strict=True):
        assert torch.equal(a, b)
    with reference.lr_statistics.in_use(reference.student):
        reference.estimate(downsample_image(image, (8, 16)))
    lr = model.lr_statistics.running_mean_0
    assert torch.equal(lr, reference.lr_statistics.running_mean_0)
    assert not torch.equal(lr, _running_means(model.student)[0])


def test_loss_hr_alone_with_hr_truth_is_supervised_training(make_estimator, make_samples) -> None:
    model, samples = make_estimator(**ONLY_HR), make_samples((32, 64))
    image = torch.randn(2, 3, 32, 64)
    losses = model.loss(image, samples)
    gt = torch.stack([s.gt_depth_map.data for s in samples])
    assert set(losses) == {'loss_hr'}
    assert torch.allclose(losses['loss_hr'], model.loss_hr(model.estimate(image).depth, gt))


@pytest.mark.parametrize(
    ('least', 'size'), [(1, (8, 12)), (8, (8, 12)), (16, (16, 24)), (1000, (64, 96))]
)
def test_the_lr_image_is_no_smaller_than_the_student_can_read(make_estimator, least, size) -> None:
    model = make_estimator(min_lr_side=least)
    assert model.lr_size(torch.zeros(1, 3, 64, 96), (8, 12)) == size


def test_an_lr_estimate_finer_than_the_sensor_is_brought_to_its_grid(
    make_estimator, make_samples
) -> None:
    model, samples = make_estimator(min_lr_side=16, **NO_TEACHER), make_samples((8, 12))
    image, gt = torch.randn(2, 3, 64, 96), torch.stack([s.gt_depth_map.data for s in samples])
    loss = model.loss(image, samples)['loss_lr']
    depth = model.estimate_lr(downsample_image(image, (16, 24))).depth
    assert torch.allclose(loss, model.loss_lr(downsample_depth(depth, (8, 12)), gt))


def test_features_are_taken_at_the_sensors_scale() -> None:
    maps = [torch.zeros(1, c, 8 * s, 16 * s) for c, s in ((4, 4), (5, 2), (6, 1))]
    chosen = [coarsest_at_least(maps, torch.zeros(1, 9, *size)).shape[1] for size in
              ((1, 2), (8, 16), (9, 20), (16, 32), (64, 128))]  # fmt: skip
    assert chosen == [6, 6, 5, 5, 4]


def test_the_decoder_is_distilled_where_the_head_shows_it(make_estimator) -> None:
    model = make_estimator()
    feats = model.estimate(torch.randn(1, 3, 32, 64)).feats
    assert [f.shape[1] for f in feats] == [8, 8, 8]


def test_a_head_that_shows_no_decoder_is_distilled_at_the_encoder(make_estimator) -> None:
    model = make_estimator()
    head = model.student.decode_head

    class Plain(nn.Module):
        def forward(self, feats: list[Tensor]) -> Tensor:
            return head(feats)

    model.student.decode_head = Plain()
    feats = model.estimate(torch.randn(1, 3, 32, 64)).feats
    assert [f.shape[1] for f in feats] == [16, 24, 40]


def test_a_model_without_the_hook_distils_fully_and_says_so_once(
    make_estimator, make_samples, told: list[str]
) -> None:
    model, samples = make_estimator(), make_samples((8, 16))
    image = torch.randn(2, 3, 32, 64)
    full = model.loss(image, samples)['loss_affinity']
    model.loss(image, samples)
    assert len(told) == 1 and 'no AffinityDistillationHook' in told[0]
    model.affinity_factor = 0.25
    assert torch.allclose(model.loss(image, samples)['loss_affinity'], full / 4, rtol=1e-2)


def test_a_teacher_that_nothing_distils_is_left_out_and_that_is_said(
    make_estimator, told: list[str]
) -> None:
    assert make_estimator(loss_affinity=None).teacher is None
    assert len(told) == 1 and 'model.teacher is left out' in told[0]


def test_a_batch_without_valid_pixels_leaves_the_weights_finite(
    make_estimator, make_samples
) -> None:
    model, samples = make_estimator(), make_samples((8, 16))
    for sample in samples:
        sample.gt_depth_map.data.zero_()
    losses = model.loss(torch.randn(2, 3, 32, 64), samples)
    for name in ('loss_lr', 'loss_hr', 'loss_affinity', 'loss_teacher'):
        assert losses[name] == 0
    sum(losses.values()).backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in model.parameters())


@pytest.mark.parametrize('branches', [['hr'], ['lr'], ['hr', 'lr']])
def test_mixed_precision_gives_finite_losses_in_float32_and_gradients_everywhere(
    make_estimator, make_samples, branches
) -> None:
    model = make_estimator()
    model.learning_branches = branches
    with torch.autocast('cpu', torch.bfloat16):
        losses = model.loss(torch.randn(2, 3, 32, 64), make_samples((8, 16)))
    assert all(loss.dtype == torch.float32 and loss.isfinite() for loss in losses.values())
    sum(losses.values()).backward()
    assert all(p.grad is not None for p in model.parameters())


def test_the_lr_branch_starts_from_the_students_pretrained_statistics(make_estimator) -> None:
    model = make_estimator()
    model.student.init_weights = lambda: [
        norm.running_var.fill_(7) for norm in model.student.modules()
        if isinstance(norm, nn.BatchNorm2d)
    ]  # fmt: skip
    model.init_weights()
    assert (model.lr_statistics.running_var_0 == 7).all()


def test_without_an_lr_branch_small_scales_take_the_students_statistics(make_estimator) -> None:
    model = make_estimator(**ONLY_HR, test_cfg=dict(scales=(0.5,))).eval()
    nn.init.normal_(model.student.decode_head.output.weight)
    for norm in model.lr_statistics.buffers():
        norm.mul_(1.5).add_(0.1)
    image = torch.randn(1, 3, 32, 64)
    depth = model.estimate(downsample_image(image, (16, 32))).depth
    up = nn.functional.interpolate(depth, (32, 64), mode='bilinear', align_corners=False)
    assert torch.allclose(model(image), up)


def test_predictions_have_the_color_images_size(make_estimator, make_samples) -> None:
    model, samples = make_estimator().eval(), make_samples((8, 16))
    samples[0].set_metainfo(dict(ori_shape=(64, 128)))
    predictions = model(torch.randn(2, 3, 32, 64), samples, mode='predict')
    assert predictions[0].pred_depth_map.data.shape == (1, 64, 128)
    assert predictions[1].pred_depth_map.data.shape == (1, 32, 64)
    assert model(torch.randn(1, 3, 32, 64)).shape == (1, 1, 32, 64)


def test_the_sensors_depth_guides_where_it_is_asked_for_and_there(
    make_estimator, make_samples
) -> None:
    image, samples = torch.randn(2, 3, 32, 64), make_samples((8, 16))
    samples[0].gt_depth_map = PixelData(data=torch.linspace(2, 3, 16).expand(1, 8, 16))
    samples[0].set_metainfo(dict(ori_shape=(64, 128)))
    del samples[1].gt_depth_map
    model = make_estimator().eval()
    alone, guided = model(image), make_estimator(test_cfg=dict(use_sensor_depth=True)).eval()
    guided.load_state_dict(model.state_dict())
    first, second = (s.pred_depth_map.data for s in guided(image, samples, mode='predict'))
    sensor = samples[0].gt_depth_map.data
    assert torch.allclose(area_mean(first[None], (8, 16))[0], sensor, rtol=1e-2)
    large = [resize_depth(maps[:1], (64, 128)) for maps in (alone, image)]
    assert torch.allclose(first[None], fuse_sensor_depth(large[0], sensor[None], large[1]))
    assert torch.allclose(second, alone[1])


def test_scales_below_one_are_seen_by_the_lr_branch(make_estimator) -> None:
    model = make_estimator(test_cfg=dict(scales=(0.5,))).eval()
    nn.init.normal_(model.student.decode_head.output.weight)
    for norm in model.lr_statistics.buffers():
        norm.mul_(1.5).add_(0.1)
    image = torch.randn(1, 3, 32, 64)
    lr = model.estimate_lr(downsample_image(image, (16, 32))).depth
    up = nn.functional.interpolate(lr, (32, 64), mode='bilinear', align_corners=False)
    assert torch.allclose(model(image), up)
    assert not torch.allclose(model.estimate(downsample_image(image, (16, 32))).depth, lr)


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
        (dict(sensor='max'), "sensor='max' is none of area"),
        (dict(loss_lr=None, loss_hr=None), 'nothing ties depth to meters'),
        (dict(teacher=None), 'loss_affinity needs a teacher'),
        (dict(test_cfg=dict(scales=(1, 0.5))), r'scales=\(1, 0\.5\), not factors above 0, from'),
        (dict(test_cfg=dict(scales=0.5)), r'scales=0\.5, not factors'),
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


@pytest.mark.parametrize('published', [True, False])
def test_a_student_without_lr_statistics_lends_its_own(make_estimator, published: bool) -> None:
    trained, model = make_estimator(), make_estimator()
    for norm in trained.student.modules():
        if isinstance(norm, nn.BatchNorm2d):
            norm.running_mean.fill_(0.7)
    state = trained.student.state_dict() if published else trained.state_dict()
    state = {key: value for key, value in state.items() if 'lr_statistics' not in key}
    assert model.load_state_dict(state, strict=False).missing_keys == []
    assert (model.lr_statistics.running_mean_0 == 0.7).all()


def test_another_models_checkpoint_is_refused(make_estimator) -> None:
    model = make_estimator()
    with pytest.raises(ValueError, match="none of the student's weights"):
        load_state_dict(model, model.teacher.state_dict())


@pytest.mark.parametrize('sensor', ['area', 'nearest', 'median', 'min'])
def test_losses_of_depth_that_is_no_number_are_none(make_estimator, make_samples, sensor) -> None:
    model = make_estimator(sensor=sensor)
    model.student.decode_head.output.bias.data.fill_(torch.nan)
    losses = model.loss(torch.randn(2, 3, 32, 64), make_samples((8, 16)))
    for name in ('loss_hr', 'loss_lr', 'loss_consistency'):
        assert losses[name].isnan(), name
