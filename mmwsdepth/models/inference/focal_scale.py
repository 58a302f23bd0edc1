"""Depth follows the focal length: what looks equally large is as many times farther away."""

import math

from .global_scale import Size
from .options import InferenceOptions
from .trained_size import size_at_training


def focal_factor(
    focal_length: float | None, full: Size, given: Size, options: InferenceOptions
) -> float:
    """Say what to multiply depth by for a camera's focal length.

    Args:
        focal_length: In pixels of the image on disk; None where it is not known.
        full: (H, W) of the image on disk.
        given: (H, W) of it as it is given to the model.
        options: See `InferenceOptions`.

    Returns:
        1 unless `scale_by_focal_length`.

    Raises:
        ValueError: A focal length is needed and not known.
    """
    if not options.scale_by_focal_length:
        return 1.0
    if options.trained_focal_length is None:
        raise ValueError(
            'scale_by_focal_length needs the focal length of the training camera, which the '
            'checkpoint does not say: set test_cfg.trained_focal_length, in pixels at the size of '
            'training'
        )
    if focal_length is None:
        raise ValueError(
            'scale_by_focal_length needs the focal length of every image, and one has none: '
            'give it (--focal-length), or set scale_by_focal_length=False'
        )
    seen = size_at_training(given, options.trained_size) if options.trained_size else given
    shrink = math.sqrt(math.prod(seen) / math.prod(full))
    return focal_length * shrink / options.trained_focal_length
