"""The linear affinity distance beside the forms that build the matrix of affinities."""

import argparse
from collections.abc import Callable, Sequence
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from mmwsdepth.functional import affinity_distance

from .memory import extra_cuda_memory
from .report import Table
from .setting import SEED, Setting, Size, add_size, positive, size_text
from .timing import Case, time_in_turns

BATCH, TEACHER_CHANNELS, FLOAT_BYTES = 2, 96, 4
POOLED_GRIDS: tuple[Size, ...] = ((30, 40), (2, 2))
OURS, DIRECT = 'ours', 'direct'
LARGEST_MATRIX = 2**30  # bytes; the direct form holds five of them

Form = Callable[[Tensor, Tensor], Tensor]


def linear_form(student: Tensor, teacher: Tensor) -> Tensor:
    """Ours, on (N, C, H, W) and (N, D, H, W)."""
    return affinity_distance(student.flatten(2), teacher.flatten(2))


def direct_form(student: Tensor, teacher: Tensor) -> Tensor:
    """The definition: both L x L matrices of cosines, and the mean squared difference."""
    student, teacher = (F.normalize(feats.flatten(2), dim=1) for feats in (student, teacher))
    return (student.mT @ student - teacher.mT @ teacher).square().mean()


def pooled_form(student: Tensor, teacher: Tensor, grid: Size) -> Tensor:
    """Pair-wise distillation of Liu et al. 2019 (arXiv 1903.04197): max-pool, then directly."""
    return direct_form(*(F.adaptive_max_pool2d(feats, grid) for feats in (student, teacher)))


def forward_backward(form: Form, grid: Size, channels: int, device: str) -> Case:
    """Make a case that computes a distance and the student's gradient, in float32."""
    generator = torch.Generator().manual_seed(SEED)
    student, teacher = (
        torch.randn(BATCH, width, *grid, generator=generator).to(device)
        for width in (channels, TEACHER_CHANNELS)
    )
    student.requires_grad_()
    return lambda: torch.autograd.grad(form(student, teacher), student)[0]


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options that `run` takes."""
    add_size(command)
    command.add_argument('--strides', type=positive, nargs='+', default=[8, 4, 2])
    command.add_argument('--channels', type=positive, nargs='+', default=[64, 256])


def run(
    setting: Setting, size: Sequence[Size], strides: Sequence[int], channels: Sequence[int]
) -> list[Table]:
    """Compare the forms on features of images of some sizes (H, W), strides and widths."""
    return [
        Table(
            f'affinity at {size_text((height, width))}, batch {BATCH}, {count} channels',
            [_row((height // stride, width // stride), count, setting) for stride in strides],
        )
        for height, width in size
        for count in channels
    ]


def _row(grid: Size, channels: int, setting: Setting) -> dict[str, object]:
    positions = grid[0] * grid[1]
    pooled = {
        f'pooled to {size_text(pool)}': partial(pooled_form, grid=pool) for pool in POOLED_GRIDS
    }
    forms: dict[str, Form] = {OURS: linear_form, DIRECT: direct_form} | pooled
    if FLOAT_BYTES * BATCH * positions**2 > LARGEST_MATRIX:
        del forms[DIRECT]
    cases = {
        name: forward_backward(form, grid, channels, setting.device) for name, form in forms.items()
    }
    times = time_in_turns(cases, setting)
    row: dict[str, object] = {
        'positions': positions,
        'ours, ms': 1e3 * times.median(OURS),
        'ours, ns a position': 1e9 * times.median(OURS) / positions,
    }
    row |= {f'{name} / ours': times.ratio(name, OURS) for name in (DIRECT, *pooled)}
    if setting.device == 'cuda':
        features = FLOAT_BYTES * BATCH * positions * (channels + TEACHER_CHANNELS)
        for name in cases.keys() & {OURS, DIRECT}:
            row[f'{name}, extra memory / features'] = extra_cuda_memory(cases[name]) / features
    return row
