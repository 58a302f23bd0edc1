"""Several losses of the same arguments."""

from collections.abc import Sequence

from torch import Tensor, nn

from mmwsdepth.registry import MODELS


@MODELS.register_module()
class SumLoss(nn.Module):
    """Adds losses up, each with the weight that its own config gives it.

    Args:
        losses: Configs of losses with the same arguments.

    Raises:
        ValueError: There is none.
    """

    def __init__(self, losses: Sequence[dict]) -> None:
        super().__init__()
        if not losses:
            raise ValueError('losses=[]: nothing to add up')
        self.losses = nn.ModuleList(MODELS.build(cfg) for cfg in losses)

    def forward(self, pred: Tensor, target: Tensor) -> Tensor:
        """Scalar; arguments as those of the losses."""
        return sum(loss(pred, target) for loss in self.losses)
