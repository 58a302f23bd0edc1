"""The published depth errors of one image."""

import torch
from torch import Tensor

ERROR_NAMES = (
    'abs_rel', 'sq_rel', 'rmse', 'rmse_log', 'log10', 'silog', 'd1', 'd2', 'd3',
)  # fmt: skip


def depth_errors(pred: Tensor, target: Tensor, valid: Tensor) -> dict[str, float]:
    """Errors of a depth map as Eigen et al. 2014 (arXiv 1406.2283) define them.

    Args:
        pred: (H, W) in metres, positive where valid.
        target: (H, W) in metres.
        valid: (H, W), true where the target counts.

    Returns:
        By name: abs_rel; sq_rel (m); rmse (m); rmse_log and log10; silog (as KITTI and BTS define
        it: 100 times the standard deviation of the log error, lambda = 1); d1, d2, d3 (share of
        pixels whose ratio to the truth is below 1.25, 1.25^2, 1.25^3). NaN if no pixel is valid.
    """
    pred, target = pred[valid].double(), target[valid].double()
    error = pred - target
    log_error = pred.log() - target.log()
    ratio = torch.maximum(pred / target, target / pred)
    values = (
        (error.abs() / target).mean(),
        (error.square() / target).mean(),
        error.square().mean().sqrt(),
        log_error.square().mean().sqrt(),
        (log_error.abs() / torch.log(torch.tensor(10.0, dtype=torch.float64))).mean(),
        100 * (log_error.square().mean() - log_error.mean().square()).clamp(min=0).sqrt(),
        *((ratio < 1.25**power).double().mean() for power in (1, 2, 3)),
    )
    return {name: value.item() for name, value in zip(ERROR_NAMES, values, strict=True)}
