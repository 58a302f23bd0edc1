import math

import numpy as np
import pytest
import torch

from mmwsdepth.evaluation import dbe
from mmwsdepth.evaluation.dbe import _edges

SIZE = (32, 64)
ALL = torch.ones(SIZE, dtype=torch.bool)


def step(column=30, near=2.0, far=4.0):
    depth = torch.full(SIZE, far)
    depth[:, :column] = near
    return depth


def box(near=2.0, far=4.0):
    depth = torch.full(SIZE, far)
    depth[8:20, 12:40] = near
    return depth


def ramp(width):
    """From 2 m to 4 m over some pixels around column 30, in equal ratios."""
    share = ((torch.arange(64.0) - 30 + width / 2 + 0.5) / width).clamp(0, 1)
    return (2 * 2**share).expand(SIZE).clone()


@pytest.mark.parametrize('shift', [0, 1, 2, 5, 9])
@pytest.mark.parametrize('sign', [1, -1])
def test_a_shifted_edge_is_that_many_pixels_off(shift, sign):
    assert dbe(step(30 + sign * shift), step(), ALL) == (shift, shift)
    assert dbe(step(30 + sign * shift).T, step().T, ALL.T) == (shift, shift)


@pytest.mark.parametrize('shift', [10, 11, 25])
def test_distances_are_truncated(shift):
    assert dbe(step(30 + shift), step(), ALL) == (10, 10)


def test_an_exact_prediction_is_perfect():
    assert dbe(box(), box(), ALL) == (0, 0)


def test_a_flat_prediction_is_as_bad_as_it_gets():
    assert dbe(torch.ones(SIZE), box(), ALL) == (10, 10)


def test_no_edge_in_the_truth_gives_none():
    assert dbe(step(), torch.ones(SIZE), ALL) is None
    assert dbe(step(), step(), ~ALL) is None


def test_a_false_edge_far_away_costs_completeness_only():
    pred = step(30)
    pred[:, 50:] = 9.0
    assert dbe(pred, step(30), ALL) == (0, pytest.approx(10 / 3))


def test_a_false_edge_near_by_costs_both():
    pred = step(30)
    pred[:, 36:] = 9.0
    assert dbe(pred, step(30), ALL) == (pytest.approx(3), pytest.approx(6 / 3))


def test_a_missed_edge_costs_completeness_only():
    target = step(30)
    target[:, 50:] = 9.0
    assert dbe(step(30), target, ALL) == (0, pytest.approx(10 / 3))


@pytest.mark.parametrize('width', [2, 4, 6])
def test_a_blurred_edge_is_found_where_it_is(width):
    errors = dbe(ramp(width), step(), ALL)
    assert max(errors) <= 1


def test_an_edge_blurred_beyond_its_neighborhood_is_none():
    assert dbe(ramp(24), step(), ALL) == (10, 10)


@pytest.mark.parametrize(('power', 'edge'), [(1.01, True), (0.99, False)])
def test_a_straight_step_is_an_edge_above_the_strong_ratio(power, edge):
    found = dbe(step(near=2.0, far=2.0 * 1.25**power), step(), ALL) == (0, 0)
    assert found is edge


@pytest.mark.parametrize(('power', 'edge'), [(1.1, True), (0.9, False)])
def test_an_edge_continues_down_to_the_weak_ratio(power, edge):
    fading = 2 * (1.1**power / 2) ** (torch.arange(160.0) / 100).clamp(max=1)
    pred, target = torch.full((160, 64), 2.0), torch.full((160, 64), 2.0)
    pred[:, 30:] = 2 * fading[:, None]
    target[:, 30:] = 4.0
    errors = dbe(pred, target, torch.ones_like(target, dtype=torch.bool))
    assert errors.accuracy == 0
    assert errors.completeness == 0 if edge else errors.completeness > 1


@pytest.mark.parametrize('factor', [0.01, 0.5, 3.0])
def test_neither_scale_nor_an_outlier_matters(factor):
    pred, target = box().roll(2, 1), box()
    want = dbe(pred, target, ALL)
    assert dbe(pred * factor, target, ALL) == want
    target = torch.where(torch.arange(64) < 56, target, 400.0)
    pred = torch.where(torch.arange(64) < 56, pred, 400.0)
    errors = dbe(pred, target, ALL)
    assert 0 < errors.accuracy < want.accuracy


@pytest.mark.parametrize('garbage', [0.0, float('nan'), float('inf'), -3.0, 50.0])
def test_holes_make_no_edges_and_hide_what_is_in_them(garbage):
    valid = torch.rand(SIZE, generator=torch.Generator().manual_seed(0)) > 0.3
    valid[4:16, 40:60] = False
    flat = torch.full(SIZE, 3.0)
    assert dbe(flat, flat.where(valid, garbage), valid) is None
    # Filling moves an edge by a pixel here and there.
    pred, target = step(34).where(valid, garbage), step().where(valid, garbage)
    assert dbe(pred, target, valid) == pytest.approx((4, 4), abs=0.5)


def test_an_edge_across_a_hole_is_not_looked_for():
    valid = ALL.clone()
    valid[:, 26:34] = False
    assert dbe(step(), step(), valid) is None
    steep = 2 * 1.02 ** torch.arange(64.0).expand(SIZE)  # a step of 1.17 in the hole if filled
    assert dbe(steep, steep, valid) is None
    assert dbe(steep.T, steep.T, valid.T) is None


def test_pixels_outside_the_mask_do_not_count():
    valid = ALL.clone()
    valid[:, 45:] = False
    target, pred = step(30), step(30)
    pred[:, 55:] = 9.0
    assert dbe(pred, target, valid) == (0, 0)


def test_the_slow_sums_agree():
    pred, target = box().roll((2, 5), (0, 1)), box()
    pred[24:, 50:] = 1.0
    every = np.arange(target.numel()).reshape(SIZE)
    found, truth = (np.argwhere(_edges(depth, every)) for depth in (pred, target))
    distance = [[math.dist(f, t) for t in truth] for f in found]
    to_truth = [min(row) for row in distance]
    to_found = [min(column) for column in zip(*distance, strict=True)]
    local = [d for d in to_truth if d < 10]
    assert 0 < len(local) < len(to_truth)
    accuracy = sum(local) / len(local)
    both = [min(d, 10) for d in to_truth + to_found]
    assert dbe(pred, target, ALL) == pytest.approx((accuracy, sum(both) / len(both)), rel=1e-5)


@pytest.mark.parametrize('size', [(1, 8), (8, 1), (1, 1)])
def test_a_map_of_one_row_or_column_has_no_edge(size):
    depth = torch.rand(size) + 1
    assert dbe(depth, depth, torch.ones(size, dtype=torch.bool)) is None
