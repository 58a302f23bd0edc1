"""One estimate from two views: the scale of the whole LR view, the detail of the HR view."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import torch
from torch import Tensor

from mmwsdepth.functional import area_mean

from .global_scale import Size, take_scale

CellMean = Callable[[Tensor, Size], Tensor]
MAX_DENOMINATOR = 1000
ROUNDING = 0.01  # a ratio of 2.01 is not worth a view of its own


class Window(NamedTuple):
    """A part of the LR grid, and the part of the HR image that shows the same."""

    lr: tuple[slice, slice]
    hr: tuple[slice, slice]

    def of_lr(self, maps: Tensor) -> Tensor:
        """Cut it out of (N, C, h, w) on the LR grid."""
        return maps[..., self.lr[0], self.lr[1]]

    def of_hr(self, maps: Tensor) -> Tensor:
        """Cut it out of (N, C, H, W) on the HR grid."""
        return maps[..., self.hr[0], self.hr[1]]


@dataclass(frozen=True)
class TwoViews:
    """How the views make one estimate.

    Apparent size is a cue for distance, and a thing is larger in the HR view. Shared weights that
    must tell metres from either are pulled both ways; here the HR view only adds what is finer than
    a cell. Where both learn metres in turns, they err differently, and `share` takes their mean.

    What an LR view taught holds for views that are little finer. Where the HR view has many times
    the pixels, views of sizes between the two are seen as well when predicting, and each takes its
    cells' means from the next coarser one.

    Args:
        ratio: Colour pixels to one pixel of the LR view, a side; by default the LR view has the
            sensor's grid. A finer one, for a sensor of few pixels, is brought to the sensor's grid
            before it is held against ground truth.
        cell: Side, in pixels of the coarser of two views, of the cells whose mean depth is that
            view's.
        crop: Share of each side that the HR branch sees while training, another part of the image
            in every iteration; the LR branch always sees all.
        step: How many times finer, a side, a view may be than the next coarser one when predicting;
            None for no views between, which suits an HR branch that has been trained.
        zoom: How many times finer than the image, a side, the finest view is when predicting. What
            blurs an edge is a number of the student's pixels, and those of an enlarged image are
            smaller. Time and memory of prediction grow with zoom².
        share: How far a cell's mean depth is the LR view's, in log-depth: 1 where only the LR view
            learns metres, 0.5 for the geometric mean of both views where the HR image is trained in
            turns with it, see `LossTurnsHook`. Below 1 no views between are seen.

    Raises:
        ValueError: An option cannot be meant.
    """

    ratio: float | None = None
    cell: int = 4
    crop: float = 1.0
    step: float | None = 2.0
    zoom: float = 1.0
    share: float = 1.0

    def __post_init__(self) -> None:
        if self.ratio is not None and self.ratio < 1:
            raise ValueError(f'two_views has ratio={self.ratio}: the LR view is no finer than 1')
        if self.cell < 1:
            raise ValueError(f'two_views has cell={self.cell}, not 1, 2, ...')
        if not 0 < self.crop <= 1:
            raise ValueError(f'two_views has crop={self.crop}, not a share above 0 and up to 1')
        if self.step is not None and self.step <= 1:
            raise ValueError(f'two_views has step={self.step}, not a number above 1 or None')
        if self.zoom < 1:
            raise ValueError(f'two_views has zoom={self.zoom}: 1 is the image as it is')
        if not 0 < self.share <= 1:
            raise ValueError(f'two_views has share={self.share}, not above 0 and up to 1')

    def view_ratios(self, ratio: float) -> list[float]:
        """Colour pixels to one pixel of each view, a side: the LR view's, ..., 1, ..., 1 / zoom.

        Args:
            ratio: Of the LR view.
        """
        beyond = self._finer(1.0, 1 / self.zoom) if self.zoom > 1 else []
        between = self._finer(ratio, 1.0) if self.share == 1 else [1.0]
        return [ratio, *between, *beyond]

    def share_of(self, ratio: float) -> float:
        """How far the view of this ratio leaves the cells' mean to the next coarser one."""
        return self.share if ratio == 1 else 1.0

    def _finer(self, coarse: float, fine: float) -> list[float]:
        steps = 1
        if self.step is not None:
            steps = max(math.ceil(math.log(coarse / fine, self.step) - ROUNDING), 1)
        return [coarse * (fine / coarse) ** (index / steps) for index in range(1, steps)] + [fine]

    def random_window(self, lr: Size, hr: Size) -> Window:
        """Choose what the HR branch sees: whole cells, of whole pixels in both views.

        Args:
            lr: (h, w) of the sensor's grid.
            hr: (H, W) of the image.

        Raises:
            ValueError: A cell is no whole number of colour pixels.
        """
        if self.crop == 1:
            return Window((slice(0, lr[0]), slice(0, lr[1])), (slice(0, hr[0]), slice(0, hr[1])))
        axes = [self._random_range(lr[axis], hr[axis]) for axis in (0, 1)]
        return Window((axes[0][0], axes[1][0]), (axes[0][1], axes[1][1]))

    def _random_range(self, lr: int, hr: int) -> tuple[slice, slice]:
        step = self.cell * hr // lr
        if step * lr != self.cell * hr:
            raise ValueError(
                f'two_views has crop={self.crop} and cell={self.cell}, which is '
                f'{self.cell * hr / lr:.2f} colour pixels: choose a cell of whole pixels, or crop=1'
            )
        cells = max(int(lr * self.crop) // self.cell, 1)
        first = int(torch.randint(0, lr // self.cell - cells + 1, ()))
        return (
            slice(first * self.cell, (first + cells) * self.cell),
            slice(first * step, (first + cells) * step),
        )

    def merge(
        self, hr: Tensor, lr: Tensor, mean: CellMean = area_mean, share: float = 1.0
    ) -> Tensor:
        """Give a view's estimate the mean depth of a coarser one's over cells.

        Args:
            hr: (N, 1, H, W) in metres.
            lr: (N, 1, h, w) in metres, of the same field of view.
            mean: How to average over cells.
            share: How far the cells' mean is the coarser view's, see `share_of`.

        Returns:
            (N, 1, H, W) in metres.
        """
        full = (hr.shape[-2], hr.shape[-1])
        rows, columns = ((side + self.cell - 1) // self.cell for side in lr.shape[-2:])
        return take_scale(hr, mean(lr, (rows, columns)), (0, 0), full, share)


def view_side(side: int, ratio: float) -> int:
    """Pixels of a view along a side of the HR image, rounded; in integers, for exporters."""
    exact = Fraction(ratio).limit_denominator(MAX_DENOMINATOR)
    whole, part = exact.numerator, exact.denominator
    return max((2 * side * part + whole) // (2 * whole), 1)
