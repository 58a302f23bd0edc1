"""Scale-invariant logarithmic loss."""

from torch import Tensor, nn

from mmwsdepth.registry import MODELS

from .reduce import log_difference, masked_mean


def silog_loss(
    pred: Tensor, target: Tensor, lam: float = 0.5, per_image: bool = False, eps: float = 1e-6
) -> Tensor:
    """Eigen et al. 2014 (arXiv 1406.2283), eq. 4, under a square root (Lee et al. 2019, eq. 4).

    With g = log(pred) - log(target): `sqrt(mean(g^2) - lam * mean(g)^2 + eps) - sqrt(eps)`. The eps
    bounds the gradient, so it is zero and not NaN where the prediction is exact.

    Args:
        pred: (N, 1, H, W) in meters.
        target: (N, 1, H, W) in meters; 0 means no measurement.
        lam: 0 ignores nothing, 1 ignores the global scale.
        per_image: Take both means over each image, and the mean of the images' losses, as Eigen et
            al. and MMSegmentation do. Otherwise over all measured pixels of the batch, as BTS,
            AdaBins and Depth Anything V2 do: a scale is then forgiven only if the batch shares it.
        eps: Smoothing under the root.

    Returns:
        Scalar; an image or a batch without a measured pixel counts as zero.
    """
    valid = target > 0
    error = log_difference(pred, target, valid)
    if per_image:
        error, valid = error.flatten(1), valid.flatten(1)
    else:
        error, valid = error.flatten()[None], valid.flatten()[None]
    mean = masked_mean(error, valid, dim=1)
    variance = masked_mean((error - mean[:, None]).square(), valid, dim=1)
    return ((variance + (1 - lam) * mean.square() + eps).sqrt() - eps**0.5).mean()


@MODELS.register_module()
class SILogLoss(nn.Module):
    """Module of `silog_loss`.

    Args:
        lam: Share of the global scale error that is forgiven. The default 0.5 is that of
            MMSegmentation and Depth Anything V2; BTS and AdaBins use 0.85 and a factor of 10.
        per_image: See `silog_loss`.
        loss_weight: Factor.
    """

    def __init__(self, lam: float = 0.5, per_image: bool = False, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.lam = lam
        self.per_image = per_image
        self.loss_weight = loss_weight

    def forward(self, pred: Tensor, target: Tensor) -> Tensor:
        """See `silog_loss`."""
        return self.loss_weight * silog_loss(pred, target, self.lam, self.per_image)
