"""Read videos and cameras, past frames that cannot be decoded."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from mmwsdepth.datasets.depth_io import BadFileError

VIDEO_SUFFIXES = ('.mp4', '.m4v', '.mov', '.avi', '.mkv', '.webm')
_TELL_DURATION_ALONE = ('.mkv', '.webm')
_PATIENCE = 100
_PATIENCE_WITHIN = 100_000


def is_video(path: Path) -> bool:
    """Tell by its suffix whether a file is a video."""
    return path.suffix.lower() in VIDEO_SUFFIXES


def count_frames(path: Path) -> int | None:
    """Count a video's frames, as its header says it.

    Returns:
        0 where the header says nothing that can be; None where OpenCV does not read the file.
    """
    capture = cv2.VideoCapture(str(path))
    count = _claimed(capture, path) if capture.isOpened() else None
    capture.release()
    return count


def _claimed(capture: cv2.VideoCapture, path: Path) -> int:
    """A frame takes a byte at least, so a header that says more frames is wrong."""
    count = capture.get(cv2.CAP_PROP_FRAME_COUNT)
    return int(count) if 0 < count <= path.stat().st_size else 0


def read_video(
    path: Path, every: int, max_frames: int | None
) -> Iterator[tuple[int, np.ndarray] | BadFileError]:
    """Decode a video's frames, upright.

    Args:
        path: The video.
        every: Take every n-th frame.
        max_frames: Take at most so many.

    Yields:
        A frame's place in the file, from 0, and the frame, (H, W, 3) uint8 BGR; last, if frames
        were lost, the error that counts them.
    """
    capture = cv2.VideoCapture(str(path))
    try:
        claimed = _claimed(capture, path) if capture.isOpened() else 0
        index = taken = good = failed_in_row = 0
        while max_frames is None or taken < max_frames:
            if capture.grab():
                failed_in_row = 0
                found, image = capture.retrieve() if index % every == 0 else (True, None)
                good += found
                if image is not None:
                    yield index, image
                    taken += 1
            else:
                failed_in_row += 1
                if failed_in_row > (_PATIENCE_WITHIN if index < claimed else _PATIENCE):
                    break
            index += 1
        tolerance = capture.get(cv2.CAP_PROP_FPS) * (path.suffix.lower() in _TELL_DURATION_ALONE)
    finally:
        capture.release()
    total = index - failed_in_row
    if failed_in_row and claimed - total > tolerance:
        total = claimed
    if good == 0:
        yield BadFileError(
            f'{path}: no video that OpenCV reads: copy it anew, or encode it as H.264'
        )
    elif good < total:
        yield BadFileError(
            f'{path}: {total - good} of {total} frames unreadable: copy it anew, unless it was '
            'trimmed'
        )


def read_camera(
    camera: int, every: int, max_frames: int | None
) -> Iterator[tuple[int, np.ndarray] | BadFileError]:
    """Take a camera's pictures until it gives none, see `read_video`."""
    capture = cv2.VideoCapture(camera)
    index = taken = 0
    try:
        while (max_frames is None or taken < max_frames) and capture.grab():
            if index % every == 0 and (image := capture.retrieve()[1]) is not None:
                yield index, image
                taken += 1
            index += 1
    finally:
        capture.release()
    if index == 0:
        yield BadFileError(
            f'camera{camera}: gives no picture: give another index, or end what else uses the '
            'camera'
        )
    elif taken != max_frames:
        yield BadFileError(f'camera{camera}: gave no more after {index} pictures: connect it anew')
