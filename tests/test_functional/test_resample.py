import math
from fractions import Fraction

import pytest
import torch
import torch.nn.functional as F

from mmwsdepth.functional import (
    SENSORS,
    area_mean,
    downsample_depth,
    downsample_image,
    enlarge_image,
)

# Ratios 2, 4, 7.5, and some whose multiples are no exact binary numbers.
GRIDS = [
    ((16, 32), (8, 16)),
    ((16, 32), (4, 8)),
    ((15, 30), (2, 4)),
    ((16, 30), (4, 4)),
    ((29, 30), (14, 11)),
    ((26, 25), (23, 22)),
]


def uniform(*shape, low=0.5, high=8.0, seed=0):
    generator = torch.Generator().manual_seed(seed)
    values = torch.rand(*shape, dtype=torch.float64, generator=generator)
    return low + (high - low) * values


def holey(size, missing=0.4, seed=0):
    """Random depth; holes are scattered, and the first cell and its neighbors are all hole."""
    depth = uniform(2, 1, *size, seed=seed)
    depth[uniform(*depth.shape, low=0, high=1, seed=seed + 1) < missing] = 0
    depth[..., : size[0] // 2, : size[1] // 3] = 0
    return depth


def overlaps(fine, coarse):
    """For each cell: the pixels that it touches and by how much of their width, exactly."""
    cells = [(Fraction(k * fine, coarse), Fraction((k + 1) * fine, coarse)) for k in range(coarse)]
    return [
        {p: share for p in range(fine) if (share := min(p + 1, right) - max(p, left)) > 0}
        for left, right in cells
    ]


def centered(fine, coarse):
    """For each cell: the pixels whose centers lie in it."""
    return [
        [p for p in range(fine) if 2 * k * fine <= (2 * p + 1) * coarse < 2 * (k + 1) * fine]
        for k in range(coarse)
    ]


def area_by_hand(cell_rows, cell_columns, depth):
    shares = {
        (r, c): float(height * width)
        for r, height in cell_rows.items()
        for c, width in cell_columns.items()
    }
    measured = {at: share for at, share in shares.items() if depth[at] > 0}
    if sum(measured.values()) < 0.5 * sum(shares.values()) - 1e-9:
        return 0.0
    return sum(share * depth[at] for at, share in measured.items()) / sum(measured.values())


def order_by_hand(cell_rows, cell_columns, depth, mode):
    values = sorted(depth[r, c] for r in cell_rows for c in cell_columns)
    measured = [value for value in values if value > 0]
    if 2 * len(measured) < len(values) or not measured:
        return 0.0
    return measured[0] if mode == 'min' else measured[(len(measured) - 1) // 2]


def downsample_by_hand(depth, size, mode):
    (height, width), (h, w) = depth.shape[-2:], size
    cells = overlaps if mode == 'area' else centered
    rows, columns = cells(height, h), cells(width, w)
    out = torch.zeros(*depth.shape[:2], h, w, dtype=depth.dtype)
    for n, single in enumerate(depth[:, 0].numpy()):
        for i in range(h):
            for j in range(w):
                if mode == 'nearest':
                    row, column = (2 * i + 1) * height // (2 * h), (2 * j + 1) * width // (2 * w)
                    out[n, 0, i, j] = single[row, column]
                elif mode == 'area':
                    out[n, 0, i, j] = area_by_hand(rows[i], columns[j], single)
                else:
                    out[n, 0, i, j] = order_by_hand(rows[i], columns[j], single, mode)
    return out


def ramp(size, dim):
    """The position of each pixel's center along an axis, as a share of the field of view."""
    line = (torch.arange(size[dim], dtype=torch.float64) + 0.5) / size[dim]
    return (line[:, None] if dim == 0 else line[None]).expand(1, 1, *size)


@pytest.mark.parametrize(('fine', 'coarse'), GRIDS)
def test_area_mean_equals_the_overlaps_worked_out_by_hand(fine, coarse):
    values = uniform(2, 3, *fine, low=-1, high=1)
    rows, columns = (
        torch.tensor(
            [[float(cell.get(p, 0)) * c / f for p in range(f)] for cell in overlaps(f, c)],
            dtype=torch.float64,
        )
        for f, c in zip(fine, coarse, strict=True)
    )
    want = torch.einsum('ir,ncrs,js->ncij', rows, values, columns)
    torch.testing.assert_close(area_mean(values, coarse), want)


@pytest.mark.parametrize(('fine', 'coarse'), GRIDS)
def test_area_mean_keeps_the_mean_and_constants(fine, coarse):
    values = uniform(2, 3, *fine, low=-1, high=1)
    torch.testing.assert_close(area_mean(values, coarse).mean((-1, -2)), values.mean((-1, -2)))
    constant = torch.full((1, 1, *fine), 2.5)
    torch.testing.assert_close(area_mean(constant, coarse), torch.full((1, 1, *coarse), 2.5))


@pytest.mark.parametrize('ratio', [2, 4])
def test_area_mean_is_average_pooling_for_integer_ratios(ratio):
    values = uniform(2, 3, 16, 32)
    want = F.avg_pool2d(values, ratio)
    torch.testing.assert_close(area_mean(values, (16 // ratio, 32 // ratio)), want)


@pytest.mark.parametrize('mode', SENSORS)
@pytest.mark.parametrize(('fine', 'coarse'), GRIDS)
def test_downsample_depth_equals_plain_loops(fine, coarse, mode):
    depth = holey(fine)
    want = downsample_by_hand(depth, coarse, mode)
    assert (want > 0).any() and (want == 0).any()
    torch.testing.assert_close(downsample_depth(depth, coarse, mode), want)


@pytest.mark.parametrize('mode', ['area', 'median', 'min'])
@pytest.mark.parametrize('measured', [0, 1, 2, 3, 4])
def test_a_cell_counts_when_half_of_it_was_measured(measured, mode):
    depth = torch.zeros(4)
    depth[:measured] = 3
    depth = torch.cat([depth.view(2, 2), torch.full((2, 2), 7.0)], 1)[None, None]
    want = torch.tensor([[[[3.0 if measured >= 2 else 0.0, 7.0]]]])
    torch.testing.assert_close(downsample_depth(depth, (1, 2), mode), want)


def test_half_of_a_cell_is_enough_when_the_ratio_is_no_integer():
    # Cells of 7.5 x 7.5 pixels; a column border in the middle of the first cell.
    depth = torch.full((1, 1, 15, 15), 4.0)
    depth[..., :3] = 0
    assert downsample_depth(depth, (2, 2))[0, 0, 0, 0].item() == pytest.approx(4)
    depth[..., :4] = 0
    assert downsample_depth(depth, (2, 2))[0, 0, 0, 0].item() == 0


@pytest.mark.parametrize('mode', SENSORS)
def test_the_same_grid_changes_nothing(mode):
    depth = holey((15, 30))
    torch.testing.assert_close(downsample_depth(depth, (15, 30), mode), depth, rtol=0, atol=0)
    torch.testing.assert_close(area_mean(depth, (15, 30)), depth, rtol=0, atol=0)
    torch.testing.assert_close(downsample_image(depth, (15, 30)), depth, rtol=0, atol=0)


@pytest.mark.parametrize('size', [(17, 8), (8, 33), (32, 64)])
def test_depth_is_never_brought_upwards(size):
    with pytest.raises(ValueError, match=rf'16x32 .* {size[0]}x{size[1]}'):
        downsample_depth(torch.ones(1, 1, 16, 32), size)


@pytest.mark.parametrize('size', [(4, 8), (16, 32)])
def test_an_unknown_mode_is_refused(size):
    with pytest.raises(ValueError, match="'bilinear' is none of area, nearest, median, min"):
        downsample_depth(torch.ones(1, 1, 16, 32), size, 'bilinear')


@pytest.mark.parametrize('mode', SENSORS)
@pytest.mark.parametrize(('fine', 'coarse'), GRIDS)
def test_missing_depth_does_not_bleed_into_what_was_measured(fine, coarse, mode):
    depth = torch.where(holey(fine) > 0, 5.0, 0.0)
    out = downsample_depth(depth, coarse, mode)
    assert (out > 0).any()
    torch.testing.assert_close(out[out > 0], torch.full_like(out[out > 0], 5.0))


@pytest.mark.parametrize('missing', [float('nan'), -1.0, -float('inf')])
@pytest.mark.parametrize('mode', ['area', 'median', 'min'])
def test_other_marks_of_missing_depth_do_not_bleed_either(mode, missing):
    depth = holey((15, 30))
    marked = depth.where(depth > 0, missing)
    want = downsample_depth(depth, (2, 4), mode)
    torch.testing.assert_close(downsample_depth(marked, (2, 4), mode), want)


@pytest.mark.parametrize('mode', SENSORS)
@pytest.mark.parametrize(('fine', 'coarse'), GRIDS)
def test_dense_depth_keeps_nan_and_counts_zero(fine, coarse, mode):
    depth = holey(fine)
    full = depth.where(depth > 0, 1.0)
    torch.testing.assert_close(
        downsample_depth(full, coarse, mode, is_dense=True), downsample_depth(full, coarse, mode)
    )
    zeros = torch.zeros_like(depth)
    assert (downsample_depth(zeros, coarse, mode, is_dense=True) == 0).all()
    striped = full.clone()
    striped[..., ::2] = math.nan
    if mode != 'nearest':
        assert downsample_depth(striped, coarse, mode, is_dense=True).isnan().any()
    assert downsample_depth(striped * math.nan, coarse, mode, is_dense=True).isnan().all()


def test_zeros_of_a_prediction_are_averaged():
    depth = torch.tensor([[0.0, 4.0]])[None, None]
    assert downsample_depth(depth, (1, 1), is_dense=True).item() == 2
    assert downsample_depth(depth, (1, 1)).item() == 4


@pytest.mark.parametrize('mode', SENSORS)
@pytest.mark.parametrize(('fine', 'coarse'), GRIDS)
def test_gradients_go_to_contributing_pixels_only(fine, coarse, mode):
    depth = holey(fine).requires_grad_()
    out = downsample_depth(depth, coarse, mode)
    (grad,) = torch.autograd.grad(out[out > 0].sum(), depth)
    assert grad.isfinite().all() and (grad >= 0).all()
    assert (grad[depth == 0] == 0).all()
    # Each cell is a weighted mean: its weights sum to one.
    assert grad.sum().item() == pytest.approx((out > 0).sum().item())
    (of_nothing,) = torch.autograd.grad(
        downsample_depth(depth, coarse, mode)[out == 0].sum(), depth
    )
    assert (of_nothing[depth > 0] == 0).all() or mode == 'nearest'
    assert of_nothing.isfinite().all()


@pytest.mark.parametrize('mode', SENSORS)
def test_depth_that_was_never_measured_stays_missing_with_finite_gradient(mode):
    depth = torch.zeros(1, 1, 15, 30, requires_grad=True)
    out = downsample_depth(depth, (2, 4), mode)
    assert (out == 0).all()
    out.sum().backward()
    assert depth.grad.isfinite().all()


@pytest.mark.parametrize('dim', [0, 1])
@pytest.mark.parametrize(('fine', 'coarse'), [*GRIDS, ((60, 45), (8, 6))])
def test_the_grids_share_one_field_of_view(fine, coarse, dim):
    got = downsample_depth(ramp(fine, dim), coarse, 'area')
    # A pixel cut by a cell's border is flat: at most an eighth of a pixel, shared by the cell.
    ratio = fine[dim] / coarse[dim]
    cut = 0 if ratio.is_integer() else 0.125 / ratio / fine[dim]
    torch.testing.assert_close(got, ramp(coarse, dim), rtol=0, atol=cut + 1e-9)
    torch.testing.assert_close(
        downsample_depth(ramp(fine, dim), coarse, 'nearest'),
        ramp(coarse, dim),
        rtol=0,
        atol=0.5 / fine[dim] + 1e-9,
    )


@pytest.mark.parametrize(('fine', 'coarse'), GRIDS)
def test_downsample_image_keeps_constants(fine, coarse):
    image = torch.tensor([0.2, -1.5, 40.0]).view(1, 3, 1, 1).expand(2, 3, *fine)
    want = torch.tensor([0.2, -1.5, 40.0]).view(1, 3, 1, 1).expand(2, 3, *coarse)
    torch.testing.assert_close(downsample_image(image, coarse), want)


@pytest.mark.parametrize('dim', [0, 1])
@pytest.mark.parametrize(('fine', 'coarse'), [((48, 64), (24, 32)), ((60, 60), (8, 8))])
def test_downsample_image_keeps_the_position_of_a_ramp(fine, coarse, dim):
    got = downsample_image(ramp(fine, dim), coarse)
    inside = slice(1, -1)
    torch.testing.assert_close(
        got[..., inside, inside],
        ramp(coarse, dim)[..., inside, inside],
        rtol=0,
        atol=0.02 / fine[dim],
    )


def test_downsample_image_removes_what_the_coarse_grid_cannot_show():
    # Two pixels on, two off: the pixels nearest to the center of each 4 x 4 cell are all on.
    stripes = ((torch.arange(64) + 1) % 4 >= 2).float().expand(1, 1, 32, 64)
    out = downsample_image(stripes, (8, 16))[..., 1:-1]
    torch.testing.assert_close(out, torch.full_like(out, 0.5), rtol=0, atol=0.01)


@pytest.mark.parametrize('dim', [0, 1])
@pytest.mark.parametrize(('coarse', 'fine'), [((24, 32), (48, 64)), ((24, 32), (36, 48))])
def test_enlarge_image_keeps_the_position_of_a_ramp(coarse, fine, dim):
    inside = slice(3, -3)
    torch.testing.assert_close(
        enlarge_image(ramp(coarse, dim), fine)[..., inside, inside],
        ramp(fine, dim)[..., inside, inside],
        rtol=0,
        atol=0.1 / fine[dim],
    )


def test_enlarge_image_leaves_an_edge_steeper_than_bilinear_interpolation_does():
    step = (torch.arange(16) >= 8).float().expand(1, 1, 8, 16)
    bilinear = F.interpolate(step, (16, 32), mode='bilinear', align_corners=False)
    assert enlarge_image(step, (16, 32)).diff(dim=-1).max() > 1.05 * bilinear.diff(dim=-1).max()


@pytest.mark.parametrize('mode', SENSORS)
def test_autocast_does_not_lower_the_precision_of_depth(mode):
    depth = holey((15, 30)).float()
    want = downsample_depth(depth, (2, 4), mode)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        got = downsample_depth(depth, (2, 4), mode)
    assert got.dtype == torch.float32
    torch.testing.assert_close(got, want, rtol=0, atol=0)


@pytest.mark.parametrize('size', [(2, 4), (15, 30)])
@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_depth_comes_out_in_float32_at_least(dtype, size):
    depth = holey((15, 30)).to(dtype)
    want = torch.float64 if dtype == torch.float64 else torch.float32
    assert downsample_depth(depth, size).dtype == want
    assert math.isfinite(downsample_depth(depth, size).sum())
