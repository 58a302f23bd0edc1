from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from mmwsdepth.functional import area_mean, downsample_depth, downsample_image
from mmwsdepth.models.estimators.two_views import TwoViews, view_side

TWO = dict(running_stats='separate', teacher=None, loss_affinity=None, loss_consistency=None)


def test_the_estimate_has_the_scale_of_lr_and_the_detail_of_hr() -> None:
    views = TwoViews(cell=2)
    hr, lr = 1 + torch.rand(2, 1, 32, 48), 1 + torch.rand(2, 1, 8, 12)
    merged = views.merge(hr, lr)
    assert torch.allclose(views.merge(7.3 * hr, lr), merged, rtol=1e-5)
    assert torch.allclose(views.merge(hr, 7.3 * lr), 7.3 * merged, rtol=1e-5)
    flat = views.merge(torch.full_like(hr, 3.0), lr)
    centre = area_mean(lr, (4, 6))
    assert flat.min() >= centre.min() - 1e-5
    assert flat.max() <= centre.max() + 1e-5


def test_agreeing_views_change_nothing() -> None:
    hr = 1 + torch.rand(2, 1, 32, 48)
    assert torch.allclose(TwoViews(cell=4).merge(hr, area_mean(hr, (8, 12))), hr, rtol=1e-5)


def test_a_window_shows_the_same_in_both_views() -> None:
    views = TwoViews(cell=2, crop=0.5)
    rows = torch.arange(12.0)[:, None].expand(12, 16)[None, None]
    fine = rows.repeat_interleave(4, -2).repeat_interleave(4, -1)
    tops = set()
    for seed in range(20):
        torch.manual_seed(seed)
        window = views.random_window((12, 16), (48, 64))
        assert window.of_lr(rows).shape[-2:] == (6, 8)
        assert torch.equal(area_mean(window.of_hr(fine), (6, 8)), window.of_lr(rows))
        tops.add(window.lr[0].start)
    assert tops == {0, 2, 4, 6}


def test_a_ratio_need_not_be_whole_where_a_cell_is() -> None:
    window = TwoViews(cell=4, crop=0.5).random_window((192, 256), (1440, 1920))
    assert window.hr[0].stop - window.hr[0].start == 720
    with pytest.raises(ValueError, match=r'cell=3, which is 22\.50 colour pixels'):
        TwoViews(cell=3, crop=0.5).random_window((192, 256), (1440, 1920))


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(ratio=0.5), 'ratio=0.5'),
        (dict(cell=0), 'cell=0'),
        (dict(step=1), 'step=1'),
        (dict(zoom=0.5), 'zoom=0.5'),
        (dict(share=0), 'share=0'),
        (dict(share=1.5), 'share=1.5'),
        (dict(crop=0.0), 'crop=0.0'),
        (dict(crop=1.5), 'crop=1.5'),
    ],
)
def test_what_cannot_be_meant_is_refused(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TwoViews(**options)


def test_two_views_need_the_lr_branch(make_estimator: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match='two_views needs loss_lr'):
        make_estimator(**TWO, two_views=dict(), loss_lr=None)


def test_training_at_lr_alone_is_enough_for_two_views(
    make_estimator: Callable[..., Any], make_samples: Callable[..., Any]
) -> None:
    views = dict(cell=2, step=None)
    model = make_estimator(**(TWO | dict(running_stats='hr')), two_views=views, loss_hr=None)
    image = torch.randn(2, 3, 64, 96)
    losses = model.loss(image, make_samples((16, 24)))
    assert set(losses) == {'loss_lr'}
    model.eval()
    depth = model.estimate_depth(image)
    low = model.estimate(downsample_image(image, (16, 24))).depth
    expected = TwoViews(cell=2).merge(model.estimate(image).depth, low)
    assert torch.allclose(depth, expected)


def test_views_between_hand_the_scale_on(make_estimator: Callable[..., Any]) -> None:
    model = make_estimator(
        **(TWO | dict(running_stats='hr', loss_hr=None)), two_views=dict(ratio=4, cell=2)
    ).eval()
    image = torch.randn(2, 3, 64, 96)
    views = [downsample_image(image, size) for size in ((16, 24), (32, 48))]
    depths = [model.estimate(view).depth for view in (*views, image)]
    merge = TwoViews(cell=2).merge
    expected = merge(depths[2], merge(depths[1], depths[0]))
    assert torch.allclose(model.estimate_depth(image), expected)
    assert not torch.allclose(expected, merge(depths[2], depths[0]))


@pytest.mark.parametrize(
    ('ratio', 'step', 'expected'),
    [
        (2.0, 2.0, [2, 1]),
        (4.0, 2.0, [4, 2, 1]),
        (7.5, 2.0, [7.5, 7.5 ** (2 / 3), 7.5 ** (1 / 3), 1]),
        (2.01, 2.0, [2.01, 1]),
        (1.0, 2.0, [1, 1]),
        (1.001, 2.0, [1.001, 1]),
        (9.0, 3.0, [9, 3, 1]),
        (7.5, None, [7.5, 1]),
    ],
)
def test_views_grow_by_equal_factors(ratio: float, step: float, expected: list[float]) -> None:
    assert TwoViews(step=step).view_ratios(ratio) == pytest.approx(expected)


@pytest.mark.parametrize(
    ('zoom', 'step', 'expected'),
    [
        (2, 2.0, [2, 1, 0.5]),
        (4, 2.0, [2, 1, 0.5, 0.25]),
        (1.5, 2.0, [2, 1, 2 / 3]),
        (4, None, [2, 1, 0.25]),
    ],
)
def test_views_of_an_enlarged_image_follow(zoom: float, step: float, expected: list[float]) -> None:
    assert TwoViews(step=step, zoom=zoom).view_ratios(2) == pytest.approx(expected)


def test_views_that_both_know_metres_meet_halfway(make_estimator: Callable[..., Any]) -> None:
    options = dict(ratio=4, cell=2, zoom=2, share=0.5)
    model = make_estimator(**(TWO | dict(running_stats='hr')), two_views=options).eval()
    views = model.two_views
    assert views.view_ratios(4) == [4, 1, 0.5], 'no view between: none has been trained'
    image = torch.randn(2, 3, 32, 48)
    hr, lr = model.estimate(image).depth, model.estimate(downsample_image(image, (8, 12))).depth
    both = views.merge(hr, lr, share=0.5)
    assert torch.allclose(both.log(), (hr.log() + views.merge(hr, lr).log()) / 2, atol=1e-5)
    enlarged = F.interpolate(image, (64, 96), mode='bicubic', align_corners=False)
    expected = area_mean(views.merge(model.estimate(enlarged).depth, both), (32, 48))
    assert torch.allclose(model.estimate_depth(image), expected)


def test_the_hr_image_alone_is_held_against_ground_truth_unmerged(
    make_estimator: Callable[..., Any], make_samples: Callable[..., Any]
) -> None:
    model = make_estimator(**TWO, two_views=dict(ratio=2, share=0.5))
    samples, image = make_samples((16, 24)), torch.randn(2, 3, 64, 96)
    model.loss_factors['loss_lr'] = 0.0
    losses = model.loss(image, samples)
    assert set(losses) == {'loss_hr'}
    model.lr_statistics = None
    alone = make_estimator(**TWO, loss_lr=None)
    alone.load_state_dict(model.state_dict(), strict=False)
    assert torch.allclose(losses['loss_hr'], alone.loss(image, samples)['loss_hr'])
    model.loss_factors |= dict(loss_lr=1.0, loss_hr=0.0)
    assert set(model.loss(image, samples)) == {'loss_lr'}
    assert model.view_ratio() == 2


def test_views_that_learn_at_once_hold_the_merged_estimate_against_ground_truth(
    make_estimator: Callable[..., Any], make_samples: Callable[..., Any]
) -> None:
    model = make_estimator(**TWO, two_views=dict(cell=2)).eval()
    image, samples = torch.randn(2, 3, 64, 96), make_samples((16, 24))
    found = model.loss(image, samples)['loss_hr']
    lr = model.estimate_lr(downsample_image(image, (16, 24))).depth
    merged = model.two_views.merge(model.estimate(image).depth, lr)
    gt = torch.stack([sample.gt_depth_map.data for sample in samples])
    expected = model.loss_modules['loss_hr'](downsample_depth(merged, (16, 24)), gt)
    assert torch.allclose(found, expected)


def test_views_that_should_take_turns_do_not_learn_at_once(
    make_estimator: Callable[..., Any], make_samples: Callable[..., Any]
) -> None:
    model = make_estimator(**TWO, two_views=dict(share=0.5))
    with pytest.raises(ValueError, match=r'share=0\.5.* add LossTurnsHook to custom_hooks'):
        model.loss(torch.randn(2, 3, 64, 96), make_samples((16, 24)))


def test_the_enlarged_image_adds_detail_alone(make_estimator: Callable[..., Any]) -> None:
    options = TWO | dict(running_stats='hr', loss_hr=None)
    torch.manual_seed(0)
    model = make_estimator(**options, two_views=dict(ratio=2, cell=2, zoom=2)).eval()
    plain = make_estimator(**options, two_views=dict(ratio=2, cell=2)).eval()
    plain.load_state_dict(model.state_dict())
    image = torch.randn(2, 3, 32, 48)
    depth, without = model.estimate_depth(image), plain.estimate_depth(image)
    enlarged = F.interpolate(image, (64, 96), mode='bicubic', align_corners=False)
    merged = TwoViews(cell=2).merge(model.estimate(enlarged).depth, without)
    assert torch.allclose(depth, area_mean(merged, (32, 48)))
    assert depth.shape == without.shape
    assert not torch.allclose(depth, without)


def test_training_tells_prediction_the_ratio(
    make_estimator: Callable[..., Any], make_samples: Callable[..., Any]
) -> None:
    model = make_estimator(**TWO, two_views=dict(crop=0.5))
    image = torch.randn(2, 3, 64, 96)
    with pytest.raises(ValueError, match='two_views has no ratio'):
        model.eval().estimate_depth(image)
    model.train().loss(image, make_samples((16, 24)))
    assert model.view_ratio() == 4
    other = make_estimator(**TWO, two_views=dict())
    other.load_state_dict(model.state_dict())
    assert other.view_ratio() == 4


def test_both_losses_reach_both_views(
    make_estimator: Callable[..., Any], make_samples: Callable[..., Any]
) -> None:
    model = make_estimator(**TWO, two_views=dict(crop=0.5))
    samples, image = make_samples((16, 24)), torch.randn(2, 3, 64, 96)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    losses = model.loss(image, samples)
    assert set(losses) == {'loss_lr', 'loss_hr'}
    assert model.lr_statistics.running_mean_0.abs().sum() > 0
    reference = make_estimator(**TWO)
    reference.load_state_dict(before, strict=False)
    reference.estimate_lr(downsample_image(image, (16, 24)))
    assert torch.equal(model.lr_statistics.running_mean_0, reference.lr_statistics.running_mean_0)
    assert not torch.equal(
        model.lr_statistics.running_mean_0, _norms(model.student)[0][1].running_mean
    )
    losses['loss_hr'].backward()
    assert all(p.grad is not None for p in model.student.parameters())


def test_a_student_without_lr_statistics_lends_its_own(make_estimator: Callable[..., Any]) -> None:
    trained = make_estimator(**(TWO | dict(running_stats='hr', loss_lr=None)))
    for _, norm in _norms(trained.student):
        norm.running_mean.fill_(0.7)
    model = make_estimator(**TWO, two_views=dict(ratio=4))
    missing = model.load_state_dict(trained.state_dict(), strict=False).missing_keys
    assert missing == []
    assert (model.lr_statistics.running_mean_0 == 0.7).all()


def _norms(module: torch.nn.Module) -> list[tuple[str, torch.nn.BatchNorm2d]]:
    return [(n, m) for n, m in module.named_modules() if isinstance(m, torch.nn.BatchNorm2d)]


@pytest.mark.parametrize(
    ('side', 'ratio', 'expected'), [(480, 4, 120), (1440, 7.5, 192), (97, 4, 24), (3, 8, 1)]
)
def test_the_lr_view_has_the_rounded_size(side: int, ratio: float, expected: int) -> None:
    assert view_side(side, ratio) == expected


def test_an_lr_view_may_be_finer_than_the_sensor(
    make_estimator: Callable[..., Any], make_samples: Callable[..., Any]
) -> None:
    one = TWO | dict(running_stats='hr', loss_hr=None)
    model = make_estimator(**one, two_views=dict(ratio=4))
    image, samples = torch.randn(2, 3, 64, 96), make_samples((8, 12))
    loss = model.loss(image, samples)['loss_lr']
    assert model.view_ratio() == 4
    plain = make_estimator(**(TWO | dict(running_stats='hr', loss_lr=None)))
    plain.student.load_state_dict(model.student.state_dict())
    expected = plain.loss(downsample_image(image, (16, 24)), samples)['loss_hr']
    assert torch.allclose(loss, expected)
    both = make_estimator(**TWO, two_views=dict(ratio=4))
    with pytest.raises(ValueError, match='LR view of 16x24, finer than the sensor of 8x12'):
        both.loss(image, samples)


def test_reduced_images_give_the_same_lr_view_and_ratio(
    make_estimator: Callable[..., Any], make_samples: Callable[..., Any]
) -> None:
    model = make_estimator(
        **(TWO | dict(running_stats='hr', loss_hr=None)), two_views=dict(ratio=4)
    )
    image, samples = torch.randn(2, 3, 64, 96), make_samples((8, 12))
    unreduced = [sample.clone() for sample in samples]
    for sample in samples:
        sample.set_metainfo(dict(reduction=2))
    half = downsample_image(image, (32, 48))
    loss = model.loss(half, samples)['loss_lr']
    assert model.view_ratio() == 4 and model.lr_views_seen == {(16, 24)}
    whole = make_estimator(
        **(TWO | dict(running_stats='hr', loss_hr=None)), two_views=dict(ratio=2)
    )
    whole.student.load_state_dict(model.student.state_dict())
    assert torch.allclose(loss, whole.loss(half, unreduced)['loss_lr'])


def test_images_reduced_too_far_or_for_the_hr_view_are_refused(
    make_estimator: Callable[..., Any], make_samples: Callable[..., Any]
) -> None:
    samples = make_samples((8, 12))
    for sample in samples:
        sample.set_metainfo(dict(reduction=4))
    one = TWO | dict(running_stats='hr', loss_hr=None)
    model = make_estimator(**one, two_views=dict(ratio=2))
    with pytest.raises(ValueError, match=r'reduce=4, which leaves images of 16x24, .* of 32x48'):
        model.loss(torch.randn(2, 3, 16, 24), samples)
    with pytest.raises(ValueError, match='reduce=4, and the HR view needs every pixel'):
        make_estimator(**TWO, two_views=dict(ratio=4)).loss(torch.randn(2, 3, 16, 24), samples)
    with pytest.raises(ValueError, match='reduce=4, and the HR view needs every pixel'):
        model.predict(torch.randn(2, 3, 16, 24), samples)
