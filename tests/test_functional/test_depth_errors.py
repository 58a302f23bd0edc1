import math

import numpy as np
import pytest
import torch

from mmwsdepth.functional import ERROR_NAMES, depth_errors
from mmwsdepth.functional.depth_errors import BAND_PIXELS

SIZE = (8, 16)
ALL = torch.ones(SIZE, dtype=torch.bool)


def target_map(seed=0):
    return torch.rand(SIZE, generator=torch.Generator().manual_seed(seed)) * 8 + 0.5


def test_the_errors_have_their_names_in_order():
    assert tuple(depth_errors(target_map(), target_map(), ALL)) == ERROR_NAMES


def test_an_exact_prediction_has_no_error():
    want = dict.fromkeys(ERROR_NAMES, 0.0) | dict(d1=1.0, d2=1.0, d3=1.0)
    assert depth_errors(target_map(), target_map(), ALL) == want


def test_values_worked_out_by_hand():
    pred = torch.tensor([[1.0, 4.0]])
    target = torch.tensor([[1.0, 2.0]])
    want = dict(
        abs_rel=0.5,
        sq_rel=1.0,
        mae=1.0,
        rmse=math.sqrt(2),
        rmse_log=math.log(2) / math.sqrt(2),
        log10=math.log10(2) / 2,
        silog=100 * math.log(2) / 2,
        d1=0.5,
        d2=0.5,
        d3=0.5,
    )
    got = depth_errors(pred, target, torch.ones(1, 2, dtype=torch.bool))
    assert got == pytest.approx(want)


@pytest.mark.parametrize('factor', [0.1, 1.2, 1.3, 3.0])
def test_a_wrong_scale_shows_everywhere_but_in_silog(factor):
    errors = depth_errors(target_map().double() * factor, target_map().double(), ALL)
    assert errors['abs_rel'] == pytest.approx(abs(factor - 1))
    assert errors['rmse_log'] == pytest.approx(abs(math.log(factor)))
    assert errors['log10'] == pytest.approx(abs(math.log10(factor)))
    assert errors['silog'] == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize(
    ('ratio', 'within'),
    [(1.24, (1, 1, 1)), (1.25, (0, 1, 1)), (1.5625, (0, 0, 1)), (1.94, (0, 0, 1)), (2, (0, 0, 0))],
)
@pytest.mark.parametrize('far', [True, False])
def test_deltas_count_ratios_strictly_below_the_bound_either_way(ratio, within, far):
    one, other = torch.ones(1, 1), torch.full((1, 1), float(ratio))
    pair = (other, one) if far else (one, other)
    errors = depth_errors(*pair, torch.ones(1, 1, dtype=torch.bool))
    assert tuple(errors[name] for name in ('d1', 'd2', 'd3')) == within


@pytest.mark.parametrize('garbage', [0.0, float('nan'), float('inf'), -3.0])
def test_invalid_pixels_do_not_count(garbage):
    pred, target = target_map(1), target_map()
    valid = torch.rand(SIZE, generator=torch.Generator().manual_seed(2)) > 0.5
    want = depth_errors(pred, target, valid)
    assert depth_errors(pred.where(valid, garbage), target.where(valid, garbage), valid) == want


@pytest.mark.parametrize('broken', [math.nan, math.inf, -math.inf])
def test_one_pixel_that_is_not_finite_makes_every_error_nan(broken):
    pred = target_map(1)
    pred[0, 0] = broken
    assert all(math.isnan(value) for value in depth_errors(pred, target_map(), ALL).values())


def test_no_valid_pixel_gives_nan():
    errors = depth_errors(target_map(), target_map(), ~ALL)
    assert all(math.isnan(value) for value in errors.values())


@pytest.mark.parametrize('size', [(300, 400), (1, BAND_PIXELS + 7), (3, BAND_PIXELS // 2 + 1)])
def test_bands_of_rows_sum_up_to_the_image(size):
    generator = torch.Generator().manual_seed(0)
    target = torch.rand(size, generator=generator) * 9 + 0.5
    pred = target * (1 + torch.rand(size, generator=generator))
    valid = torch.rand(size, generator=generator) > 0.3
    errors = depth_errors(pred, target, valid)
    p, t = (depth[valid].double().numpy() for depth in (pred, target))
    assert errors['abs_rel'] == pytest.approx(np.mean(np.abs(p - t) / t), rel=1e-7)
    assert errors['mae'] == pytest.approx(np.mean(np.abs(p - t)), rel=1e-7)
    assert errors['rmse'] == pytest.approx(np.sqrt(np.mean((p - t) ** 2)), rel=1e-7)
    assert errors['silog'] == pytest.approx(100 * np.std(np.log(p / t)), rel=1e-6)
    assert errors['d1'] == np.mean(p / t < 1.25)


def test_a_ratio_just_below_the_bound_counts_in_single_precision():
    target = torch.tensor([[1 + 2.0**-23]])
    pred = 1.25 * target
    assert pred / target == 1.25 and pred.double() / target.double() < 1.25
    assert depth_errors(pred, target, torch.ones(1, 1, dtype=torch.bool))['d1'] == 1


def test_the_arguments_stay_as_they_are():
    pred, target = target_map(1), target_map()
    copies = pred.clone(), target.clone()
    depth_errors(pred, target, ALL)
    assert torch.equal(pred, copies[0]) and torch.equal(target, copies[1])
