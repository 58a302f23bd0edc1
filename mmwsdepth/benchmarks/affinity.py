"""The affinity distance against the forms that build the matrix of affinities."""

from collections.abc import Callable, Sequence
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from mmwsdepth.functional import affinity_distance

from .measure import Thing, measure, time_ratio
from .memory import GIB, peak_of_tensors
from .report import Table
from .setting import Setting, Size, size_text
from .timing import Work

TEACHER_CHANNELS = 96
POOLED_GRIDS: tuple[Size, ...] = ((30, 40), (2, 2))
OURS, DIRECT = 'ours', 'direct'
DIRECT_MATRICES = 5  # alive at once, forward and backward
FLOAT_BYTES = 4

Form = Callable[[Tensor, Tensor], Tensor]


def linear_form(student: Tensor, teacher: Tensor) -> Tensor:
    """Ours, on (N, C, H, W) and (N, D, H, W)."""
    return affinity_distance(student.flatten(2), teacher.flatten(2))


def direct_form(student: Tensor, teacher: Tensor) -> Tensor:
    """The definition: both L x L matrices of cosines, and the mean squared difference."""
    student, teacher = (F.normalize(feats.flatten(2), dim=1) for feats in (student, teacher))
    return (student.mT @ student - teacher.mT @ teacher).square().mean()


def pooled_form(student: Tensor, teacher: Tensor, grid: Size) -> Tensor:
    """Pair-wise distillation of Liu et al. 2019 (arXiv 1903.04197): max-pool, then directly.

    Args:
        student: (N, C, H, W).
        teacher: (N, D, H, W).
        grid: (h, w) of the nodes; their published code has 2x2 of them.
    """
    return direct_form(*(F.adaptive_max_pool2d(feats, grid) for feats in (student, teacher)))


def forward_backward(
    form: Form, grid: Size, channels: int, batch: int, device: str, seed: int
) -> Work:
    """Make a work that computes a distance and the student's gradient, in float32."""
    generator = torch.Generator().manual_seed(seed)
    student, teacher = (
        torch.randn(batch, width, *grid, generator=generator).to(device)
        for width in (channels, TEACHER_CHANNELS)
    )
    student.requires_grad_()

    def work() -> Tensor:
        return torch.autograd.grad(form(student, teacher), student)[0]

    return work


def run(
    setting: Setting,
    size: Sequence[Size],
    strides: Sequence[int] = (8, 4, 2),
    channels: Sequence[int] = (64, 128, 256),
    batch: int = 2,
) -> list[Table]:
    """Compare the forms, forward and backward, on features of several strides and widths.

    Args:
        setting: How to measure.
        size: (H, W) of the images.
        strides: Of the features.
        channels: Of the student; the teacher has 96.
        batch: Images.
    """
    return [_table(setting, image, strides, width, batch) for image in size for width in channels]


def _table(
    setting: Setting, image: Size, strides: Sequence[int], channels: int, batch: int
) -> Table:
    rows: list[dict[str, object]] = []
    notes = [
        f'The teacher has {TEACHER_CHANNELS} channels. Times over ours; `ns`: a position; `extra`: '
        "peak memory beyond the features, gradient included, over the features' own."
    ]
    for stride in strides:
        grid = (image[0] // stride, image[1] // stride)
        matrix = FLOAT_BYTES * batch * (grid[0] * grid[1]) ** 2 / GIB
        forms: dict[str, Form] = {OURS: linear_form, DIRECT: direct_form}
        for pool in POOLED_GRIDS:
            if pool[0] <= grid[0] and pool[1] <= grid[1]:
                forms[_pooled(pool)] = partial(pooled_form, grid=pool)
        if DIRECT_MATRICES * matrix > setting.memory_limit:
            del forms[DIRECT]
            notes.append(
                f'Direct form left out on {size_text(grid)}: a matrix takes {matrix:.3g} GiB, and '
                f'{DIRECT_MATRICES} of them more than {setting.memory_limit:g} GiB.'
            )
        rows.append(_row(forms, grid, channels, batch, setting))
    columns = (
        'grid', 'positions', 'ours ms', 'ns', f'{DIRECT} / ours',
        *(f'{_pooled(pool)} / ours' for pool in POOLED_GRIDS), 'ours extra', f'{DIRECT} extra',
    )  # fmt: skip
    title = f'affinity at {size_text(image)}, {channels} channels, batch {batch}'
    return Table(title, columns, rows, notes)


def _row(
    forms: dict[str, Form], grid: Size, channels: int, batch: int, setting: Setting
) -> dict[str, object]:
    builds = {
        name: partial(forward_backward, form, grid, channels, batch, setting.device, setting.seed)
        for name, form in forms.items()
    }
    found = measure([Thing(*named) for named in builds.items()], setting, memory=False)
    positions = grid[0] * grid[1]
    features = FLOAT_BYTES * batch * positions * (channels + TEACHER_CHANNELS)
    row: dict[str, object] = {
        'grid': size_text(grid),
        'positions': positions,
        'ours ms': 1e3 * found[OURS].median,
        'ns': 1e9 * found[OURS].median / positions,
        'seconds': {name: item.seconds for name, item in found.items()},
    }
    for name, build in builds.items():
        row[f'{name} extra'] = peak_of_tensors(build(), setting) / features
        row[f'{name} / ours'] = time_ratio(found, name, OURS)
    return row


def _pooled(pool: Size) -> str:
    return f'pooled to {size_text(pool)}'
