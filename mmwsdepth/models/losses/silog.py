"""Scale-invariant logarithmic loss."""

from torch import Tensor, nn

from mmwsdepth.registry import MODELS

from .reduce import log_difference, masked_mean


def silog_loss(pred: Tensor, target: Tensor, lam: float = 0.5, eps: float = 1e-6) -> Tensor:
    """Eigen et al. 2014 (arXiv 1406.2283), eq. 4, under a square root (Lee et al. 2019, eq. 4).

    With g = log(pred) - log(target): `sqrt(mean(g^2) - lam * mean(g)^2 + eps) - sqrt(eps)`. The eps
    bounds the gradient, so it is zero and not NaN where the prediction is exact.

    Args:
        pred: (N, 1, H, W) in metres.
        target: (N, 1, H, W) in metres; 0 means no measurement.
        lam: 0 ignores nothing, 1 ignores the global scale.
        eps: Smoothing under the root.

    Returns:
        Scalar over all measured pixels of the batch.
    """
    valid = target > 0
    error = log_difference(pred, target, valid)
    mean = masked_mean(error, valid)
    variance = masked_mean((error - mean).square(), valid)
    return (variance + (1 - lam) * mean.square() + eps).sqrt() - eps**0.5


@MODELS.register_module()
class SILogLoss(nn.Module):
    """Module of `silog_loss`.

    Args:
        lam: Share of the global scale error that is forgiven. The default 0.5 is that of
            MMSegmentation and Depth Anything V2; BTS and AdaBins use 0.85 and a factor of 10.
        loss_weight: Factor.
    """

    def __init__(self, lam: float = 0.5, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.lam = lam
        self.loss_weight = loss_weight

    def forward(self, pred: Tensor, target: Tensor) -> Tensor:
        """See `silog_loss`."""
        return self.loss_weight * silog_loss(pred, target, self.lam)
