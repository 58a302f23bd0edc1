"""From single images to what the model takes."""

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import Any

from mmwsdepth.datasets.depth_io import BadFileError
from mmwsdepth.datasets.focal_length import MANIFEST, find_focal_length
from mmwsdepth.datasets.transforms import PackRGBDInputs

from .inputs import Frame


def batches_of_one_size(frames: Iterable[Frame], batch_size: int) -> Iterator[list[Frame]]:
    """Group neighboring images of equal size, at most `batch_size` of them."""
    for _, alike in groupby(frames, lambda frame: frame.image.shape):
        while batch := list(islice(alike, batch_size)):
            yield batch


def with_focal_length(frame: Frame, given: float | None) -> Frame:
    """Add the camera's focal length, in pixels, given or found, see `find_focal_length`.

    Raises:
        BadFileError: It is neither given nor found.
    """
    if given is None and frame.path is not None:
        found = find_focal_length(frame.path, (frame.image.shape[0], frame.image.shape[1]))
        given = None if found is None else found[0]
    if given is None:
        raise BadFileError(
            f'{frame.path or frame.name}: depth is scaled by the focal length, which is not known: '
            f'give it in pixels (--focal-length), in a {MANIFEST} beside the image, or as EXIF'
        )
    return frame._replace(focal_length=given)


def pack_frame(frame: Frame) -> dict[str, Any]:
    """Pack an image as `PackRGBDInputs` does a data set's; its prediction has the same size."""
    size = frame.image.shape[:2]
    return PackRGBDInputs().transform(
        dict(
            name=frame.name,
            img=frame.image,
            img_path=str(frame.path or frame.name),
            ori_shape=size,
            img_shape=size,
            focal_length=frame.focal_length,
        )
    )
