"""Depth Anything's neck and head, of the library `transformers`."""

from collections.abc import Callable, Sequence
from typing import Any

import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmwsdepth.registry import MODELS

from ..pretrained import (
    copy_weights,
    library_class,
    library_config,
    load_depth_anything,
    pretrained_source,
)
from ..recompute import recomputed

_MODULE = 'transformers.models.depth_anything.modeling_depth_anything'


@MODELS.register_module()
class DepthAnythingHead(BaseModule):
    """DPT decoder of Depth Anything (Yang et al. 2024, arXiv 2406.09414) for metric depth.

    Stands on four maps of a vision transformer, see `TransformersBackbone`; what is distilled are
    the maps of its neck.

    Args:
        config: Keys of the library's `DepthAnythingConfig`: `reassemble_hidden_size` (channels of
            the encoder), `neck_hidden_sizes`, `fusion_hidden_size`, ...
        max_depth: Farthest depth in meters.
        with_cp: Recompute activations in the backward pass: less memory, more time.
        init_cfg: `dict(type='Pretrained', checkpoint=...)` with a folder or a name on the hub, of a
            metric Depth Anything model of the same `max_depth`; random weights by default.

    Raises:
        ValueError: The library is missing, or a value is invalid.
    """

    align_corners = False
    num_classes = 1
    out_channels = 1

    def __init__(
        self,
        config: dict[str, Any],
        max_depth: float = 10.0,
        with_cp: bool = False,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        if not max_depth > 0:
            raise ValueError(f'max_depth={max_depth} m: need max_depth > 0')
        described = library_config(library_class('DepthAnythingConfig'), config)
        self.max_depth = max_depth
        self.recomputes = with_cp
        self.neck = library_class('DepthAnythingNeck', _MODULE)(described)
        self.head = library_class('DepthAnythingDepthEstimationHead', _MODULE)(described)
        # no coarser map reaches the first fusion: DistributedDataParallel refuses unused weights
        self.neck.fusion_stage.layers[0].residual_layer1 = nn.Identity()
        # the last step to meters is ours, in float32 also under autocast
        self.head.activation2 = nn.Identity()
        self.head.max_depth = 1

    def init_weights(self) -> None:
        """Load the weights of `init_cfg`.

        Raises:
            ValueError: They cannot be had, are of another size, or estimate relative depth or
                another range.
        """
        source = pretrained_source(self.init_cfg)
        if source is not None:
            model = load_depth_anything(source)
            kind, farthest = model.config.depth_estimation_type, model.config.max_depth
            if kind != 'metric':
                raise ValueError(
                    f'{source}: its head estimates {kind} depth: name a metric model, or set '
                    "decode_head.init_cfg=None and keep the backbone's"
                )
            if farthest != self.max_depth:
                raise ValueError(
                    f'{source}: its head reaches {farthest} m, max_depth={self.max_depth:g}: set '
                    f'decode_head.max_depth={farthest}'
                )
            copy_weights(source, model.neck.state_dict(), self.neck)
            copy_weights(source, model.head.state_dict(), self.head)
        self._is_init = True

    def forward(self, feats: Sequence[Tensor]) -> Tensor:
        """Estimate depth.

        Args:
            feats: Four maps, (N, C, H / patch, W / patch), from early to late.

        Returns:
            (N, 1, H, W) in meters, float32.
        """
        return self.estimate(self.decode(feats))

    def decode(self, feats: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """Fuse the maps, (N, C, h, w), to 8, 4, 2 and 1 times h and w, finest first."""
        rows, columns = feats[0].shape[-2:]
        tokens = [_with_class_token(maps) for maps in feats]
        return tuple(reversed(self._run(self.neck, tokens, rows, columns)))

    def estimate(self, maps: Sequence[Tensor]) -> Tensor:
        """Turn what `decode` returns into depth, (N, 1, H, W) in meters, see `forward`."""
        rows, columns = maps[-1].shape[-2:]
        raw = self._run(self.head, maps[::-1], rows, columns)
        return self.max_depth * raw[:, None].float().sigmoid()

    def predict(
        self, feats: Sequence[Tensor], batch_img_metas: list[dict], test_cfg: dict | None = None
    ) -> Tensor:
        """Decode to the input image's size, as MMSegmentation's `DepthEstimator` asks its head.

        Args:
            feats: See `forward`.
            batch_img_metas: `img_shape` of the first is the size of the result.
            test_cfg: Not used; part of MMSegmentation's interface.

        Returns:
            (N, 1, H, W) in meters.
        """
        size = tuple(batch_img_metas[0]['img_shape'][:2])
        return F.interpolate(self(feats), size, mode='bilinear', align_corners=False)

    def _run(self, part: Callable[..., Any], *args: Any) -> Any:
        return recomputed(self, part, *args) if self.recomputes else part(*args)


def _with_class_token(maps: Tensor) -> Tensor:
    """(N, C, h, w) to (N, 1 + h * w, C), as the neck takes it; it drops the first."""
    return F.pad(maps.flatten(2).transpose(1, 2), (0, 0, 1, 0))
