"""A backbone with a level at the image's own resolution."""

from mmcv.cnn import ConvModule
from mmengine.model import BaseModule
from torch import Tensor

from mmwsdepth.registry import MODELS


@MODELS.register_module()
class WithFullResolution(BaseModule):
    """Adds a level of stride 1, one convolution of the image, before those of another backbone.

    Image encoders begin with a stride of 2 or 4, so their finest features cannot say on which side
    of a depth edge a pixel lies.

    Args:
        backbone: The backbone, whose weights and initialization stay its own.
        channels: Width of the added level.
        norm_cfg: Its normalization layer; batch normalization by default.
        init_cfg: Initialization.
    """

    def __init__(
        self,
        backbone: dict,
        channels: int = 16,
        norm_cfg: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        self.backbone = MODELS.build(backbone)
        self.size_multiple = getattr(self.backbone, 'size_multiple', 1)
        self.full = ConvModule(3, channels, 3, padding=1, norm_cfg=norm_cfg or dict(type='BN'))

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """(N, 3, H, W) to (N, channels, H, W) and the backbone's levels, finest first."""
        return self.full(x), *self.backbone(x)
