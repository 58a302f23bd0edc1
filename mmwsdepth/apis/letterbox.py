"""Images of any size on a grid of fixed size, by operations that every exporter knows."""

from typing import Any, NamedTuple

import torch
from torch import Tensor

Size = tuple[int, int]


class Letterbox(NamedTuple):
    """Matrices that bring an image to a fixed grid and depth back, with the aspect kept.

    The image lies in the middle of the grid, as large as fits; the rest repeats its border. It is
    what `see_at_trained_size` does where the aspects are equal.

    Attributes:
        rows: (H, h), along the columns of an image of h x w on a grid of H x W.
        columns: (W, w).
        rows_back: (h, H), along the columns of depth on the grid.
        columns_back: (w, W).
    """

    rows: Tensor
    columns: Tensor
    rows_back: Tensor
    columns_back: Tensor

    @classmethod
    def fit(cls, image: Tensor, grid: Size) -> 'Letterbox':
        """Fit images, (N, C, h, w), into a grid of (H, W)."""
        sides = [_centers(length, image) for length in image.shape[-2:]]
        lengths = [centers[-1] + 0.5 for centers in sides]
        factor = torch.minimum(grid[0] / lengths[0], grid[1] / lengths[1])
        (rows, rows_back), (columns, columns_back) = (
            _matrices(centers, length, wanted, factor)
            for centers, length, wanted in zip(sides, lengths, grid, strict=True)
        )
        return cls(*(matrix.to(image.dtype) for matrix in (rows, columns, rows_back, columns_back)))

    def put(self, image: Tensor) -> Tensor:
        """(N, C, h, w) to (N, C, H, W)."""
        return self.rows @ image @ self.columns.T

    def take_back(self, depth: Tensor) -> Tensor:
        """(N, 1, H, W) to (N, 1, h, w)."""
        return self.rows_back @ depth @ self.columns_back.T


def _centers(length: Any, like: Tensor) -> Tensor:
    return torch.arange(length, device=like.device, dtype=torch.float64) + 0.5


def _matrices(pixels: Tensor, length: Tensor, wanted: int, factor: Tensor) -> tuple[Tensor, Tensor]:
    cells = _centers(wanted, pixels)
    inside = torch.minimum((cells - wanted / 2) / factor + length / 2, length - 0.5)
    there = _triangles(inside.clamp(min=0.5), pixels, 1 / factor)
    back = _triangles((pixels - length / 2) * factor + wanted / 2, cells, factor)
    return there, back


def _triangles(at: Tensor, sources: Tensor, spacing: Tensor) -> Tensor:
    """Weights, (n, m), of m sources at n places that are `spacing` sources apart."""
    weights = (1 - (at[:, None] - sources).abs() / spacing.clamp(min=1)).clamp(min=0)
    return weights / weights.sum(1, keepdim=True)
