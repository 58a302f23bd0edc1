"""Files made from an estimate."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np

from mmwsdepth.datasets.depth_io import BadFileError, write_depth
from mmwsdepth.datasets.focal_length import MANIFEST, Focal, find_focal_length
from mmwsdepth.visualization.depth_picture import Limits, draw_depth
from mmwsdepth.visualization.point_cloud import write_point_cloud

from .inputs import Frame

KINDS = ('png', 'npy', 'exr', 'color', 'ply')
_FOCAL_LENGTH_MEND = (
    'a point cloud needs the focal length: give it in pixels (--focal-length, in Python '
    f'focal_length), as focal_length in a {MANIFEST} beside the image, or as EXIF focal length in '
    '35 mm'
)


class DepthWriter:
    """Writes an estimate as `FOLDER/KIND/NAME.SUFFIX`.

    Kinds are `png` (16 bits, millimeters; npy where depth exceeds 65.535 m), `npy` and `exr`
    (float32, meters), `color` (a PNG with a bar in meters) and `ply` (a colored point cloud).

    Args:
        folder: Folder; made when needed.
        kinds: What to write.
        focal_length: In pixels, for point clouds; by default see `find_focal_length`.
        limits: Depths in meters at the ends of the colors; by default each picture's own.

    Raises:
        ValueError: A kind is unknown, this OpenCV writes no EXR, or a number cannot be meant.
    """

    def __init__(
        self,
        folder: str | Path,
        kinds: Sequence[str] = ('png', 'color'),
        focal_length: float | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.folder = Path(folder)
        self.focal_length = focal_length
        self.limits = limits
        for kind in kinds:
            if kind not in KINDS:
                raise ValueError(f'output {kind!r} is none of {", ".join(KINDS)}')
        if 'exr' in kinds and not cv2.haveImageWriter('a.exr'):
            raise ValueError(f'OpenCV {cv2.__version__} here writes no EXR: take npy, also float32')
        if focal_length is not None and not focal_length > 0:
            raise ValueError(f'focal length is {focal_length}: give a positive number of pixels')
        if limits is not None and not limits[0] < limits[1]:
            raise ValueError(f'colors from {limits[0]} to {limits[1]} m: give near before far')
        self.kinds = [kind for kind in KINDS if kind in kinds]

    def check(self, paths: Iterable[Path]) -> None:
        """Stop before the work if there is none that can be done.

        Args:
            paths: All files that estimates will come from.

        Raises:
            ValueError: Point clouds are asked for, and no focal length is known.
        """
        if 'ply' not in self.kinds or self.focal_length is not None:
            return
        paths = list(paths)
        if all(find_focal_length(path, (1, 1)) is None for path in paths):
            name = f'{paths[0]}: ' if paths else ''
            raise ValueError(f'{name}{_FOCAL_LENGTH_MEND}')

    def write(self, frame: Frame, depth: np.ndarray) -> None:
        """Write all kinds.

        Args:
            frame: The image.
            depth: (H, W) float32, meters.

        Raises:
            BadFileError: This image's focal length is not known; other kinds are written then.
            OSError: A file cannot be written.
        """
        for kind in self.kinds:
            path = self.folder / kind / frame.name
            path.parent.mkdir(parents=True, exist_ok=True)
            if kind == 'png':
                write_depth(path, depth)
            elif kind == 'npy':
                np.save(f'{path}.npy', depth)
            elif kind == 'exr':
                _write_image(f'{path}.exr', depth)
            elif kind == 'color':
                _write_image(f'{path}.png', draw_depth(depth, self.limits)[..., ::-1])
            else:
                write_point_cloud(f'{path}.ply', depth, frame.image, self._focal(frame))

    def _focal(self, frame: Frame) -> Focal:
        if self.focal_length is not None:
            return self.focal_length, self.focal_length
        height, width = frame.image.shape[:2]
        found = None if frame.path is None else find_focal_length(frame.path, (height, width))
        if found is None:
            raise BadFileError(f'{frame.path or frame.name}: {_FOCAL_LENGTH_MEND}')
        return found


def _write_image(path: str, image: np.ndarray) -> None:
    if not cv2.imwrite(path, image):
        raise OSError(f'{path}: OpenCV could not write {image.shape[0]}x{image.shape[1]} pixels')
