"""The focal length of the camera that took a frame."""

from mmwsdepth.datasets.depth_io import BadFileError
from mmwsdepth.datasets.focal_length import MANIFEST, Focal, find_focal_length

from .inputs import Frame

MEND = (
    'give it in pixels (--focal-length, in Python focal_length), as focal_length in a '
    f'{MANIFEST} beside the image, or as EXIF focal length in 35 mm'
)


def focal_length_of(frame: Frame, given: float | None, need: str) -> Focal:
    """Tell a frame's focal length, (x, y) in pixels: as given, else see `find_focal_length`.

    Args:
        frame: The image.
        given: In pixels.
        need: What it is needed for, for the error.

    Raises:
        BadFileError: It is neither given nor found.
    """
    if given is not None:
        return given, given
    height, width = frame.image.shape[:2]
    found = None if frame.path is None else find_focal_length(frame.path, (height, width))
    if found is None:
        raise BadFileError(f'{frame.path or frame.name}: {need}: {MEND}')
    return found
