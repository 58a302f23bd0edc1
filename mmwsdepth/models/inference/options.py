"""What a config's `test_cfg` and a checkpoint's metadata may say of how an image is seen."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

from .global_scale import Size

TRAINED = 'trained'


@dataclass(frozen=True)
class InferenceOptions:
    """How an image is seen; the tiles' options matter in mode 'slide' alone.

    A config's `test_cfg` says it, and where that is silent, the checkpoint does under
    `meta['test_cfg']`.

    Peak memory beyond image and output is that of `tile_batch` tiles, or of the low-resolution
    pass where `global_size` is larger.

    Args:
        mode: 'whole', or 'slide' for tiles.
        trained_size: (H, W) of the images that the network learned from, before they were cropped;
            an image of another size is brought to it, and depth back. None sees an image as it is.
        trained_focal_length: Of the camera behind them, in pixels at that size.
        scale_by_focal_length: Multiply depth by a camera's focal length over the trained one, both
            at the size at which the image is seen.
        depth_factor: Multiply depth by this, as `mmwsdepth calibrate` found it for a camera.
        scales: Of the image's sides, ascending, at which it is seen: below 1 by the LR branch, see
            `estimate_at_scales`. (1,) sees the image as it is.
        flip: Take the mean with the mirror image's estimate, at twice the time.
        tile: (h, w) of a tile in pixels; best the size of the images in training.
        overlap: (h, w) in pixels that neighboring tiles share at least, or their share of a tile.
        tile_batch: How many tiles the network sees at once.
        global_size: (h, w) of the low-resolution pass, or its longest side; 'trained' for the size
            that `trained_size` gives an image, or a longest side of 640 without that; None for no
            such pass, so that every tile keeps the scale of its own. See `scale_grids` for its
            limits.
        cell: Side, in pixels of the low-resolution pass, of the cells whose mean depth the tiles
            take from it. Larger cells leave more to the tiles' own, sharper estimate.
        use_sensor_depth: Let the depth in a data sample, the sensor's, give the meters, see
            `fuse_sensor_depth`. Score it against HR ground truth: against itself it says nothing.

    Raises:
        ValueError: An option is invalid.
    """

    mode: str = 'whole'
    trained_size: Size | None = None
    trained_focal_length: float | None = None
    scale_by_focal_length: bool = False
    depth_factor: float = 1.0
    scales: tuple[float, ...] = (1.0,)
    flip: bool = False
    tile: Size = (480, 640)
    overlap: Size | float = 0.25
    tile_batch: int = 1
    global_size: Size | int | str | None = TRAINED
    cell: int = 8
    use_sensor_depth: bool = False

    @classmethod
    def from_cfg(cls, cfg: dict | None) -> 'InferenceOptions':
        """Read a config's dict; refuses unknown keys."""
        cfg = dict(cfg or {})
        known = [field.name for field in fields(cls)]
        for key in cfg:
            if key not in known:
                raise ValueError(f'test_cfg has {key!r}, which is none of {", ".join(known)}')
        return cls(**cfg)

    def __post_init__(self) -> None:
        if self.mode not in ('whole', 'slide'):
            raise ValueError(f"test_cfg has mode={self.mode!r}, none of 'whole' and 'slide'")
        if not _are_scales(self.scales):
            raise ValueError(
                f'test_cfg has scales={self.scales!r}, not factors above 0, from small to large'
            )
        for name in ('flip', 'scale_by_focal_length', 'use_sensor_depth'):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(
                    f'test_cfg has {name}={getattr(self, name)!r}, neither True nor False'
                )
        self._check_camera()
        if not _is_size(self.tile):
            raise ValueError(f'test_cfg has tile={self.tile!r}, not (h, w) in pixels')
        if not all(0 <= lap < side for lap, side in zip(self.margins, self.tile, strict=True)):
            raise ValueError(
                f'test_cfg has overlap={self.overlap!r}, neither a share from 0 to below 1 nor '
                f'(h, w) below the tile of {self.tile[0]}x{self.tile[1]}'
            )
        for name in ('tile_batch', 'cell'):
            if not _is_count(getattr(self, name)):
                raise ValueError(f'test_cfg has {name}={getattr(self, name)!r}, not 1, 2, ...')
        pass_size = self.global_size
        if not (pass_size in (None, TRAINED) or _is_count(pass_size) or _is_size(pass_size)):
            raise ValueError(
                f'test_cfg has global_size={pass_size!r}, none of (h, w), a longest side, '
                f'{TRAINED!r} and None'
            )

    def _check_camera(self) -> None:
        if self.trained_size is not None and not _is_size(self.trained_size):
            raise ValueError(f'test_cfg has trained_size={self.trained_size!r}, not (H, W) or None')
        if not _is_positive(self.depth_factor):
            raise ValueError(
                f'test_cfg has depth_factor={self.depth_factor!r}, not a number above 0'
            )
        length = self.trained_focal_length
        if length is not None and not _is_positive(length):
            raise ValueError(
                f'test_cfg has trained_focal_length={length!r}, not a number of pixels or None'
            )

    @property
    def margins(self) -> Size:
        """(h, w) in pixels that neighboring tiles share; (-1, -1) where that has no meaning."""
        lap = self.overlap
        if isinstance(lap, Sequence):
            return (
                (lap[0], lap[1]) if len(lap) == 2 and {type(n) for n in lap} == {int} else (-1, -1)
            )
        if type(lap) in (int, float) and 0 <= lap < 1:
            return int(lap * self.tile[0]), int(lap * self.tile[1])
        return -1, -1


def _are_scales(value: object) -> bool:
    if not isinstance(value, Sequence) or not value or {type(n) for n in value} - {int, float}:
        return False
    return value[0] > 0 and all(coarse < fine for coarse, fine in pairwise(value))


def _is_positive(value: object) -> bool:
    return isinstance(value, int | float) and value is not True and 0 < value < math.inf


def _is_count(value: object) -> bool:
    return type(value) is int and value > 0


def _is_size(value: object) -> bool:
    return isinstance(value, Sequence) and len(value) == 2 and all(map(_is_count, value))
