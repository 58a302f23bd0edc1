"""A loss on corresponding levels of two feature pyramids."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn


class LevelwiseLoss(nn.Module):
    """Mean over levels of a distance of two feature maps; a subclass names the distance.

    Args:
        loss_weight: Factor.
    """

    distance: Callable[[Tensor, Tensor, Tensor | None], Tensor]

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(
        self, student: Sequence[Tensor], teacher: Sequence[Tensor], valid: Tensor | None = None
    ) -> Tensor:
        """Average the distance over corresponding levels.

        Args:
            student: Feature maps of the student, (N, C_i, H_i, W_i).
            teacher: As many of the teacher, (N, D_i, h_i, w_i).
            valid: (N, 1, h, w), true where depth was measured.
        """
        losses = [self.distance(s, t, valid) for s, t in zip(student, teacher, strict=True)]
        return self.loss_weight * torch.stack(losses).mean()
