"""Files made from an estimate."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from mmwsdepth.datasets.depth_io import BadFileError, encode_image, encode_npy, write_depth
from mmwsdepth.datasets.focal_length import find_focal_length
from mmwsdepth.datasets.image_io import reads_exr
from mmwsdepth.datasets.write_whole import make_writable, write_whole
from mmwsdepth.visualization.depth_picture import Limits, draw_depth
from mmwsdepth.visualization.point_cloud import encode_point_cloud

from .frame_focal import MEND, focal_length_of
from .inputs import Entry, Frame
from .output_paths import check_output_paths

_SUFFIXES = {
    'png': ('.png', '.npy'),
    'npy': ('.npy',),
    'exr': ('.exr',),
    'color': ('.png',),
    'ply': ('.ply',),
}
KINDS = tuple(_SUFFIXES)
_NEED = 'a point cloud needs the focal length'


class DepthWriter:
    """Writes an estimate as `FOLDER/KIND/NAME.SUFFIX`.

    Kinds are `png` (16 bits, millimeters; npy where depth exceeds 65.534 m), `npy` and `exr`
    (float32, meters), `color` (a PNG with a bar in meters) and `ply` (a colored point cloud).

    Args:
        folder: Folder; made when needed.
        kinds: What to write.
        focal_length: In pixels, for point clouds; by default see `find_focal_length`.
        limits: Depths in meters at the ends of the colors; by default each picture's own.

    Attributes:
        written: Images of which at least one kind was written.

    Raises:
        ValueError: A kind is unknown, this OpenCV writes no EXR, or a number is invalid.
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
        if 'exr' in kinds and not reads_exr():
            raise ValueError(f'OpenCV {cv2.__version__} has no EXR here: take npy, also float32')
        if focal_length is not None and not focal_length > 0:
            raise ValueError(f'focal length is {focal_length}: give a positive number of pixels')
        if limits is not None and not limits[0] < limits[1]:
            raise ValueError(f'colors from {limits[0]} to {limits[1]} m: give near before far')
        self.written = 0
        self.kinds = [kind for kind in KINDS if kind in kinds]

    def check(self, entries: Sequence[Entry]) -> None:
        """Stop before the work if there is none that can be done, or if it would overwrite files.

        Args:
            entries: All that estimates will come from.

        Raises:
            OSError: The folder cannot be written to.
            ValueError: Point clouds are asked for, and no focal length is known; or an output would
                overwrite an input, or another one's output.
        """
        check_output_paths(self._outputs(entries), entries)
        make_writable(self.folder)
        if 'ply' not in self.kinds or self.focal_length is not None:
            return
        paths = [entry.path for entry in entries if entry.path is not None]
        if all(find_focal_length(path, (1, 1)) is None for path in paths):
            name = f'{paths[0]}: ' if paths else ''
            raise ValueError(f'{name}{_NEED}: {MEND}')

    def _outputs(self, entries: Sequence[Entry]) -> Iterator[tuple[Entry, Path]]:
        for entry in entries:
            for kind in self.kinds:
                for suffix in ('',) if entry.is_folder else _SUFFIXES[kind]:
                    yield entry, self.folder / kind / f'{entry.name}{suffix}'

    def write(self, frame: Frame, depth: np.ndarray) -> None:
        """Write all kinds.

        Args:
            frame: The image.
            depth: (H, W) float32, meters.

        Raises:
            BadFileError: A file cannot be written, or this image's focal length is not known; other
                kinds are written then.
        """
        complaints = []
        for kind in self.kinds:
            path = self.folder / kind / frame.name
            try:
                self._write_kind(kind, path, frame, depth)
            except (BadFileError, OSError) as error:
                complaints.append(str(error))
        self.written += len(complaints) < len(self.kinds)
        if complaints:
            raise BadFileError('; '.join(complaints))

    def _write_kind(self, kind: str, path: Path, frame: Frame, depth: np.ndarray) -> None:
        if kind == 'png':
            write_depth(path, depth)
            return
        if kind == 'npy':
            content = encode_npy(depth)
        elif kind == 'exr':
            content = encode_image('.exr', depth)
        elif kind == 'color':
            content = encode_image('.png', draw_depth(depth, self.limits)[..., ::-1])
        else:
            focal = focal_length_of(frame, self.focal_length, _NEED)
            content = encode_point_cloud(depth, frame.image, focal)
        write_whole(path.with_name(f'{path.name}{_SUFFIXES[kind][0]}'), content)
