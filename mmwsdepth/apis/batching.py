"""From single images to what the model takes."""

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import Any

from mmwsdepth.datasets.transforms import PackRGBDInputs

from .inputs import Frame


def batches_of_one_size(frames: Iterable[Frame], batch_size: int) -> Iterator[list[Frame]]:
    """Group neighboring images of equal size, at most `batch_size` of them."""
    for _, alike in groupby(frames, lambda frame: frame.image.shape):
        while batch := list(islice(alike, batch_size)):
            yield batch


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
