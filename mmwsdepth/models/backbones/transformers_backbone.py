"""Encoders of the library `transformers`: DINOv2, DINOv3 and others."""

from typing import Any

from mmengine.model import BaseModule
from torch import Tensor

from mmwsdepth.registry import MODELS

from ..pretrained import build_encoder, copy_weights, load_encoder, pretrained_source


@MODELS.register_module()
class TransformersBackbone(BaseModule):
    """An encoder of the library `transformers` (extra `foundation`), by its name and config there.

    Args:
        model_type: Such as 'dinov2' or 'dinov3_convnext'.
        config: Keys of the library's configuration class, `out_indices` among them; 0 is the
            stem, and the last layer or stage must be among them.
        size_multiple: An image's sides must be multiples of it: the patch size of a vision
            transformer, or the stride of a pyramid's coarsest level. `WSDepthEstimator` pads to
            them and cuts back.
        with_cp: Recompute the layers' activations in the backward pass: less memory, more time.
        init_cfg: `dict(type='Pretrained', checkpoint=...)` with a folder or a name on the hub, of
            such an encoder or of a whole Depth Anything model; random weights by default.

    Raises:
        ValueError: The library is missing, or a key of the config is invalid.
    """

    def __init__(
        self,
        model_type: str,
        config: dict[str, Any],
        size_multiple: int,
        with_cp: bool = False,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        self.size_multiple = size_multiple
        self.model = build_encoder(model_type, config)
        if with_cp:
            self.model.activation_checkpointing_enable(dict(use_reentrant=False))

    def init_weights(self) -> None:
        """Load the weights of `init_cfg`.

        Raises:
            ValueError: They cannot be had, or are of another size.
        """
        source = pretrained_source(self.init_cfg)
        if source is not None:
            copy_weights(source, load_encoder(source, type(self.model)).state_dict(), self.model)
        self._is_init = True

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """(N, 3, H, W), sides multiples of `size_multiple`, to one map for each of `out_indices`.

        Maps of a vision transformer are all (N, C, H / patch, W / patch).
        """
        return tuple(self.model(x).feature_maps)
