"""One factor that fits a trained student to another camera."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from statistics import mean, median
from typing import Any, NamedTuple

import numpy as np
import torch
from mmengine.runner import CheckpointLoader

from mmwsdepth.datasets.depth_io import BadFileError, read_depth
from mmwsdepth.datasets.pairing import pair_folders, validate_pairs
from mmwsdepth.datasets.write_whole import write_whole
from mmwsdepth.functional import downsample_depth

from .inferencer import DepthInferencer

FOLDS = 5
MAX_PIXELS = 10_000


class Measured(NamedTuple):
    """Pixels of one image, in meters, (n,) each: what was estimated and what the sensor says."""

    estimated: np.ndarray
    sensor: np.ndarray


class Calibration(NamedTuple):
    """A factor and what it is worth.

    Attributes:
        factor: To multiply estimates by.
        error_before: Mean abs_rel of the pairs without it.
        error_after: The same with the factor of other pairs alone, see `calibrate`.
        num_pairs: That it comes from.
    """

    factor: float
    error_before: float
    error_after: float
    num_pairs: int

    @property
    def helps(self) -> bool:
        """Whether the error of pairs that were held out falls."""
        return self.error_after < self.error_before


def calibrate(pairs: Sequence[Measured]) -> Calibration:
    """Find the factor that brings estimates to a sensor's depth.

    It is the median over images of the median log-ratio over pixels. Neighboring images resemble
    each other, so runs of images are held out, a fifth of them at a time.

    Args:
        pairs: Of each image, in the order in which they were recorded.

    Raises:
        ValueError: There are fewer than two.
    """
    if len(pairs) < 2:
        raise ValueError(f'usable pairs: {len(pairs)}, but some are held out: give 2 or more')
    ratios = [float(np.median(np.log(pair.sensor / pair.estimated))) for pair in pairs]
    errors = []
    for fold in np.array_split(np.arange(len(pairs)), min(FOLDS, len(pairs))):
        factor = _factor([ratio for index, ratio in enumerate(ratios) if index not in fold])
        errors += [_abs_rel(pairs[index], factor) for index in fold]
    before = mean(_abs_rel(pair, 1.0) for pair in pairs)
    return Calibration(_factor(ratios), before, mean(errors), len(pairs))


def _factor(log_ratios: Sequence[float]) -> float:
    return float(np.exp(median(log_ratios)))


def _abs_rel(pair: Measured, factor: float) -> float:
    return float(np.mean(np.abs(factor * pair.estimated / pair.sensor - 1)))


def measure_pairs(
    inferencer: DepthInferencer,
    data: Path,
    depth_scale: float,
    depth_range: tuple[float, float],
) -> tuple[list[Measured], list[str]]:
    """Estimate the depth of a folder's images, and put the sensor's beside it.

    Args:
        inferencer: The student.
        data: Folder with `images` and `annotations`, see `RGBDDataset`.
        depth_scale: Meters per unit of the depth files.
        depth_range: Nearest and farthest depth in meters that count.

    Returns:
        At most `MAX_PIXELS` evenly spread pixels of each image, and a complaint for each bad file.
    """
    pairs, complaints = pair_folders(data / 'images', data / 'annotations')
    good, bad = validate_pairs(pairs)
    complaints += bad
    depths = {str(pair.image): pair.depth for pair in good}
    found = []
    for prediction in inferencer.stream(list(depths)) if depths else ():
        path = depths[str(prediction.frame.path)]
        try:
            sensor = torch.from_numpy(read_depth(str(path), depth_scale, depth_range))
        except BadFileError as error:
            complaints.append(str(error))
            continue
        size = (sensor.shape[0], sensor.shape[1])
        estimated = downsample_depth(torch.from_numpy(prediction.depth)[None, None], size)[0, 0]
        valid = sensor > 0
        step = -(-int(valid.sum()) // MAX_PIXELS)
        found.append(Measured(estimated[valid][::step].numpy(), sensor[valid][::step].numpy()))
    return found, inferencer.rejected + complaints


def write_calibrated(checkpoint: str, out: Path, options: dict[str, Any]) -> None:
    """Write a checkpoint anew, whole or not at all, with more options in `meta['test_cfg']`.

    Args:
        checkpoint: `student.pth` or a training checkpoint; a file or URL.
        out: File to write.
        options: See `InferenceOptions`.

    Raises:
        OSError: The file cannot be written.
    """
    loaded = CheckpointLoader.load_checkpoint(checkpoint, 'cpu', logger='silent')
    if 'state_dict' not in loaded:
        loaded = dict(meta={}, state_dict=loaded)
    meta = loaded.get('meta') or {}
    loaded['meta'] = meta | dict(test_cfg=(meta.get('test_cfg') or {}) | options)
    buffer = BytesIO()
    torch.save(loaded, buffer)
    write_whole(out, buffer.getvalue())
