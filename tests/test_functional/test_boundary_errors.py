import itertools

import pytest
import torch
import torch.nn.functional as F

from mmwsdepth.functional import (
    boundary_f1,
    discontinuities,
    discontinuity_error,
    soft_edge_error,
)

SIZE = (32, 64)
ALL = torch.ones(SIZE, dtype=torch.bool)
FUNCTIONS = (boundary_f1, discontinuity_error, soft_edge_error)
ERRORS = FUNCTIONS[1:]
THRESHOLDS = torch.linspace(1.05, 1.25, 10, dtype=torch.float64).tolist()


def step(column=30, near=2.0, far=4.0, size=SIZE):
    """A wall that ends before `column`, in front of another."""
    depth = torch.full(size, far)
    depth[:, :column] = near
    return depth


def box(near=2.0, far=4.0):
    depth = torch.full(SIZE, far)
    depth[8:20, 12:40] = near
    return depth


def blur(depth, size=5):
    padded = F.pad(depth[None, None], [size // 2] * 4, mode='replicate')
    return F.avg_pool2d(padded, size, 1)[0, 0]


def rough(seed, size=(9, 13), low=1.0, high=2.0):
    """Neighbors differ by all ratios around the thresholds."""
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(size, generator=generator, dtype=torch.float64) * (high - low) + low


def holes(seed=5, size=(9, 13), share=0.3):
    return torch.rand(size, generator=torch.Generator().manual_seed(seed)) > share


DIRECTIONS = ((0, 1), (0, -1), (1, 0), (-1, 0))


def neighbors(row, column, size, directions=DIRECTIONS):
    for dr, dc in directions:
        if 0 <= row + dr < size[0] and 0 <= column + dc < size[1]:
            yield row + dr, column + dc


def pixels(size):
    return itertools.product(range(size[0]), range(size[1]))


def slow_f1(pred, target, valid):
    """Depth Pro's sums, pixel by pixel: precision and recall at each threshold and direction."""
    total = weight = 0.0
    for t in THRESHOLDS:
        precisions, recalls = [], []
        for direction in DIRECTIONS:
            right = true = found = 0
            for i in pixels(target.shape):
                for j in neighbors(*i, target.shape, [direction]):
                    if valid[i] and valid[j]:
                        is_true, is_found = target[j] / target[i] > t, pred[j] / pred[i] > t
                        right += bool(is_true and is_found)
                        true += bool(is_true)
                        found += bool(is_found)
            if true:
                precisions.append(right / max(found, 1))
                recalls.append(right / true)
        if recalls:
            p, r = sum(precisions) / len(precisions), sum(recalls) / len(recalls)
            total += t * 2 * p * r / (p + r) if p else 0
            weight += t
    return total / weight


def slow_discontinuities(depth, valid, ratio):
    return [
        i
        for i in pixels(depth.shape)
        if valid[i]
        and any(
            valid[j] and max(depth[i] / depth[j], depth[j] / depth[i]) > ratio
            for j in neighbors(*i, depth.shape)
        )
    ]


def slow_discontinuity_error(pred, target, valid, radius, ratio):
    beside = slow_discontinuities(target, valid, ratio)
    near = [
        i
        for i in pixels(target.shape)
        if valid[i] and any(max(abs(i[0] - e[0]), abs(i[1] - e[1])) < radius for e in beside)
    ]
    return sum(abs(pred[i] - target[i]) / target[i] for i in near) / len(near)


def slow_soft_edge_error(pred, target, valid, radius, ratio):
    beside = slow_discontinuities(target, valid, ratio)
    return sum(
        min(
            abs(pred[i] - target[j]) / target[j]
            for j in pixels(target.shape)
            if valid[j] and max(abs(i[0] - j[0]), abs(i[1] - j[1])) <= radius
        )
        for i in beside
    ) / len(beside)


@pytest.mark.parametrize('seed', range(3))
def test_the_slow_loops_agree(seed):
    pred, target, valid = rough(seed), rough(seed + 10), holes(seed + 20)
    assert boundary_f1(pred, target, valid) == pytest.approx(slow_f1(pred, target, valid))
    for radius, ratio in ((1, 1.1), (2, 1.6), (3, 1.8)):
        options = dict(radius=radius, ratio=ratio)
        assert discontinuity_error(pred, target, valid, **options) == pytest.approx(
            slow_discontinuity_error(pred, target, valid, **options)
        )
        assert soft_edge_error(pred, target, valid, **options) == pytest.approx(
            slow_soft_edge_error(pred, target, valid, **options)
        )


@pytest.mark.parametrize('target', [step(), step().T.reshape(64, 32), box(), rough(0)])
def test_an_exact_prediction_is_perfect(target):
    valid = torch.ones_like(target, dtype=torch.bool)
    assert boundary_f1(target, target, valid) == pytest.approx(1)
    assert discontinuity_error(target, target, valid) == 0
    assert soft_edge_error(target, target, valid) == 0


@pytest.mark.parametrize('function', FUNCTIONS)
def test_no_edge_in_the_truth_gives_none(function):
    ramp = 2 * 1.04 ** torch.arange(64.0).expand(SIZE)
    assert function(step(), ramp, ALL) is None
    assert function(step(), step(), ~ALL) is None


def test_a_flat_prediction_finds_no_edge():
    assert boundary_f1(torch.ones(SIZE), box(), ALL) == 0


@pytest.mark.parametrize('shift', [1, 3, -4])
def test_a_shifted_edge_is_none_of_the_true_ones(shift):
    assert boundary_f1(step(30 + shift), step(30), ALL) == 0


def test_the_nearer_side_must_be_right():
    assert boundary_f1(step(near=4.0, far=2.0), step(near=2.0, far=4.0), ALL) == 0


def test_an_edge_too_many_costs_precision_and_one_too_few_recall():
    one, two = step(30), step(30)
    two[:, 50:] = 9.0
    for pred, target in ((two, one), (one, two)):
        assert boundary_f1(pred, target, ALL) == pytest.approx(2 / 3)


def test_precision_and_recall_are_means_over_directions():
    pred = box()
    pred[:, 12:40] = 2.0  # left and right: 12 true pairs of 32; above and below: none of 28
    precision, recall = (12 / 32) / 2, 1 / 2
    want = 2 * precision * recall / (precision + recall)
    assert boundary_f1(pred, box(), ALL) == pytest.approx(want)


def test_thresholds_weigh_as_their_values_and_edges_are_strictly_above():
    target = step(near=1.0, far=1.25)  # an edge at all thresholds but the last
    pred = step(near=1.0, far=1.12)  # an edge at 1.05, 1.072, 1.094 and 1.117
    want = sum(THRESHOLDS[:4]) / sum(THRESHOLDS[:9])
    assert boundary_f1(pred, target, ALL) == pytest.approx(want)
    assert boundary_f1(pred, step(near=1.0, far=1.26), ALL) == pytest.approx(
        sum(THRESHOLDS[:4]) / sum(THRESHOLDS)
    )


@pytest.mark.parametrize('factor', [0.01, 0.5, 3.0])
def test_the_scale_of_the_prediction_does_not_matter_to_f1(factor):
    pred, target, valid = rough(0), rough(1), holes()
    want = boundary_f1(pred, target, valid)
    assert 0.1 < want < 0.9
    assert boundary_f1(pred * factor, target, valid) == pytest.approx(want)
    assert boundary_f1(pred, target * factor, valid) == pytest.approx(want)


@pytest.mark.parametrize('function', ERRORS)
def test_the_unit_does_not_matter_to_relative_errors(function):
    pred, target, valid = rough(0), rough(1), holes()
    want = function(pred, target, valid)
    assert function(pred * 1000, target * 1000, valid) == pytest.approx(want)
    assert function(pred * 1000, target, valid) > 100 * want


@pytest.mark.parametrize('function', FUNCTIONS)
def test_mirrored_and_turned_maps_score_the_same(function):
    pred, target, valid = rough(0), rough(1), holes()
    want = function(pred, target, valid)
    for turn in (lambda x: x.flip(0), lambda x: x.flip(1), lambda x: x.T):
        assert function(turn(pred), turn(target), turn(valid)) == pytest.approx(want)


@pytest.mark.parametrize('function', FUNCTIONS)
@pytest.mark.parametrize('garbage', [0.0, float('nan'), float('inf'), -3.0, 50.0])
def test_holes_make_no_edges_and_hide_what_is_in_them(function, garbage):
    flat, valid = torch.full(SIZE, 3.0), holes(0, SIZE)
    assert function(flat, flat.where(valid, garbage), valid) is None
    target, pred = step(), blur(step())
    want = function(pred, target, valid)
    got = function(pred.where(valid, garbage), target.where(valid, garbage), valid)
    assert got == want is not None


def test_an_edge_across_a_hole_is_not_looked_for():
    valid = ALL.clone()
    valid[:, 29:31] = False
    assert not discontinuities(step(), valid).any()
    valid[7, 29:31] = True
    assert discontinuities(step(), valid).nonzero().tolist() == [[7, 29], [7, 30]]


def test_discontinuities_are_marked_on_both_sides_above_the_ratio():
    assert discontinuities(step(), ALL).nonzero()[:, 1].unique().tolist() == [29, 30]
    quarter = step(near=1.0, far=1.25)
    assert not discontinuities(quarter, ALL, 1.25).any()
    assert discontinuities(quarter, ALL, 1.24).any()
    assert discontinuities(quarter.T, ALL.T, 1.24).sum() == 2 * 32


@pytest.mark.parametrize('radius', [1, 2, 3])
def test_the_band_is_radius_pixels_wide_on_each_side(radius):
    pred = step()
    pred[:, 30 - radius : 30 + radius] *= 1.5
    assert discontinuity_error(pred, step(), ALL, radius) == pytest.approx(0.5)
    assert discontinuity_error(pred, step(), ALL, radius + 1) == pytest.approx(
        0.5 * radius / (radius + 1)
    )
    rest = step() * 1.5
    rest[:, 30 - radius : 30 + radius] = step()[:, 30 - radius : 30 + radius]
    assert discontinuity_error(rest, step(), ALL, radius) == 0


def test_the_error_at_a_shifted_edge_by_hand():
    # Of columns 28 to 31 the prediction has 30 at 2 m instead of 4 m.
    assert discontinuity_error(step(31), step(30), ALL) == pytest.approx(0.5 / 4)


def test_a_misplaced_sharp_edge_costs_no_soft_edge_error():
    for shift in (1, -1):
        assert soft_edge_error(step(30 + shift), step(30), ALL) == 0
        assert discontinuity_error(step(30 + shift), step(30), ALL) > 0.1


def test_the_soft_edge_error_by_hand():
    pred = step()
    pred[:, 29:31] = 3.0  # to 2 m: 1 / 2; to 4 m: 1 / 4
    assert soft_edge_error(pred, step(), ALL) == pytest.approx(0.25)
    pred[:, 29:31] = 2.2  # to 2 m: 0.1; to 4 m: 0.45
    assert soft_edge_error(pred, step(), ALL) == pytest.approx(0.1)


def test_a_wider_window_forgives_more_and_only_the_pixel_itself_nothing():
    pred, target, valid = rough(0), rough(1), holes()
    errors = [soft_edge_error(pred, target, valid, radius) for radius in range(4)]
    assert errors == sorted(errors, reverse=True) and errors[0] > 2 * errors[3]
    assert errors[0] == pytest.approx(discontinuity_error(pred, target, valid, 1))


def test_blur_costs_f1_and_more_of_the_discontinuity_error_than_of_the_soft_edge_error():
    target, sharp = box(), box() * 1.02
    blurred = blur(sharp)
    assert boundary_f1(sharp, target, ALL) == pytest.approx(1)
    assert boundary_f1(blurred, target, ALL) < 0.5
    gained = [f(blurred, target, ALL) - f(sharp, target, ALL) for f in ERRORS]
    assert gained[0] > gained[1] > 0
    assert discontinuity_error(blurred, target, ALL, 1) > 1.2 * soft_edge_error(
        blurred, target, ALL
    )


@pytest.mark.parametrize('function', FUNCTIONS)
def test_single_precision_is_enough(function):
    pred, target, valid = rough(0), rough(1), holes()
    want = function(pred, target, valid)
    assert function(pred.float(), target.float(), valid) == pytest.approx(want, rel=1e-5)
