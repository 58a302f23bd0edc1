"""The published depth errors of one image."""

import math

import torch
from torch import Tensor

ERROR_NAMES = (
    'abs_rel', 'sq_rel', 'mae', 'rmse', 'rmse_log', 'log10', 'silog', 'd1', 'd2', 'd3',
)  # fmt: skip
BAND_PIXELS = 2**16  # a band's maps stay in a processor's cache
_BOUNDS = (1.25, 1.25**2, 1.25**3)


def depth_errors(pred: Tensor, target: Tensor, valid: Tensor) -> dict[str, float]:
    """Errors of a depth map as Eigen et al. 2014 (arXiv 1406.2283) define them.

    Maps are in the precision of the arguments; ratios, which are held against bounds, and sums over
    bands of rows are in float64.

    Args:
        pred: (H, W) in meters, positive where valid.
        target: (H, W) in meters.
        valid: (H, W), true where the target counts.

    Returns:
        By name: abs_rel; sq_rel (m); mae (m), which others call L1; rmse (m); rmse_log and log10;
        silog (as KITTI and BTS define it: 100 times the standard deviation of the log error, lambda
        = 1); d1, d2, d3 (share of pixels whose ratio to the truth is below 1.25, 1.25^2, 1.25^3).
        All NaN if no pixel is valid, or the prediction is not finite at one that is.

    Examples:
        >>> import torch
        >>> depth = torch.tensor([[1.0, 2.0, 4.0]])
        >>> round(depth_errors(1.1 * depth, depth, depth > 0)['abs_rel'], 2)
        0.1
    """
    rows = max(BAND_PIXELS // pred.shape[1], 1)
    bands = zip(pred.split(rows), target.split(rows), valid.split(rows), strict=True)
    sums = torch.stack([_sums(*band) for band in bands]).sum(0)
    abs_rel, sq_rel, mae, square, log, square_log, signed_log, *within = (
        sums[1:] / sums[0]
    ).tolist()
    if not math.isfinite(abs_rel):
        return dict.fromkeys(ERROR_NAMES, math.nan)
    values = (
        abs_rel,
        sq_rel,
        mae,
        math.sqrt(square),
        math.sqrt(square_log),
        log / math.log(10),
        100 * math.sqrt(max(square_log - signed_log**2, 0.0)),
        *within,
    )
    return dict(zip(ERROR_NAMES, values, strict=True))


def _sums(pred: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """Number of valid pixels, and sums over them: (11,) float64.

    An invalid pixel is given equal depths, so it has no error and needs no leaving out but in the
    counts of ratios.
    """
    one = pred.new_ones(())
    pred, target = pred.where(valid, one), target.where(valid, one)
    count = valid.sum()
    difference = pred - target
    error = difference.abs()
    ratio = torch.maximum(pred, target).double().div_(torch.minimum(pred, target))
    within = [(ratio < bound).sum() - (valid.numel() - count) for bound in _BOUNDS]
    relative, log = error / target, ratio.to(error).log_()
    sums = (
        count,
        relative.sum(),
        relative.mul_(error).sum(),
        error.sum(),
        error.square_().sum(),
        log.sum(),
        log.square().sum(),
        log.copysign_(difference).sum(),
        *within,
    )
    return torch.stack([value.double() for value in sums])
