"""Multi-scale features to depth in meters."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmcv.cnn import ConvModule
from mmengine.model import BaseModule, normal_init
from torch import Tensor, nn

from mmwsdepth.registry import MODELS

from ..recompute import recomputed


@MODELS.register_module()
class DepthHead(BaseModule):
    """Top-down decoder (after FPN, arXiv 1612.03144) with depth at the image's own size.

    Takes the feature pyramid of any backbone or neck and fits into MMSegmentation's
    `DepthEstimator` as its `decode_head`.

    Args:
        in_channels: Channels of the feature maps, finest first.
        channels: Width of the decoder, or its width at each level, finest first.
        finest_stride: Pixels of the image a side to one of the finest feature map.
        min_depth: Nearest depth in meters.
        max_depth: Farthest depth in meters.
        range_mode: 'log' predicts log-depth, kept within the range with a margin of a factor e on
            both sides; 'sigmoid' predicts the share of the way from min_depth to max_depth.
        norm_cfg: Normalization layer.
        act_cfg: Activation.
        with_cp: Recompute activations in the backward pass: less memory, more time.
        init_cfg: Initialization.

    Raises:
        ValueError: The depth range is empty, the range mode unknown, or there is not one width a
            level.
    """

    align_corners = False
    num_classes = 1
    out_channels = 1

    def __init__(
        self,
        in_channels: Sequence[int],
        channels: int | Sequence[int] = 128,
        finest_stride: int = 2,
        min_depth: float = 0.1,
        max_depth: float = 10.0,
        range_mode: str = 'log',
        norm_cfg: dict | None = None,
        act_cfg: dict | None = None,
        with_cp: bool = False,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        if not 0 < min_depth < max_depth:
            raise ValueError(f'depth range {min_depth}..{max_depth} m: need 0 < min < max')
        if range_mode not in ('log', 'sigmoid'):
            raise ValueError(f"range_mode={range_mode!r} is neither 'log' nor 'sigmoid'")
        widths = [channels] * len(in_channels) if isinstance(channels, int) else list(channels)
        if len(widths) != len(in_channels):
            raise ValueError(
                f'channels={channels!r} for the {len(in_channels)} levels of in_channels'
            )
        self.min_depth = min_depth
        self.max_depth = max_depth
        self.range_mode = range_mode
        self.finest_stride = finest_stride
        self.recomputes = with_cp
        style = dict(norm_cfg=norm_cfg or dict(type='BN'), act_cfg=act_cfg or dict(type='ReLU'))
        self.laterals = nn.ModuleList(
            ConvModule(inp, width, 1, act_cfg=None, norm_cfg=style['norm_cfg'])
            for inp, width in zip(in_channels, widths, strict=True)
        )
        self.fusions = nn.ModuleList(
            ConvModule(width, finer, 3, padding=1, **style)
            for width, finer in zip(widths, [widths[0], *widths], strict=False)
        )
        self.refine = ConvModule(widths[0], widths[0] // 2, 3, padding=1, **style)
        self.output = nn.Conv2d(widths[0] // 2, 1, 3, padding=1)
        normal_init(self.output, std=1e-3)

    def forward(self, feats: Sequence[Tensor]) -> Tensor:
        """Estimate depth.

        Args:
            feats: (N, C_i, H_i, W_i), finest first.

        Returns:
            (N, 1, H, W) in meters, float32, with H = finest_stride * H_0.
        """
        return self.estimate(self.decode(feats))

    def decode(self, feats: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """Go down the pyramid.

        Args:
            feats: (N, C_i, H_i, W_i), finest first.

        Returns:
            The decoder's own maps, on the same grids, finest first.
        """
        maps: list[Tensor] = []
        for feat, lateral, fuse in reversed(
            list(zip(feats, self.laterals, self.fusions, strict=True))
        ):
            maps.append(self._run(_fuse_level, feat, maps[-1] if maps else None, lateral, fuse))
        return tuple(reversed(maps))

    def estimate(self, maps: Sequence[Tensor]) -> Tensor:
        """Turn what `decode` returns into depth, (N, 1, H, W) in meters, see `forward`."""
        return self._run(self._estimate, maps[0])

    def _run(self, part: Callable[..., Tensor], *args: Any) -> Tensor:
        return recomputed(self, part, *args) if self.recomputes else part(*args)

    def _estimate(self, x: Tensor) -> Tensor:
        x = self.refine(x)
        if self.finest_stride > 1:
            height, width = (side * self.finest_stride for side in x.shape[-2:])
            x = _upsample(x, (height, width))
        return self.to_meters(self.output(x))

    def to_meters(self, raw: Tensor) -> Tensor:
        """Map the last layer's output to meters, in float32 also under autocast.

        Args:
            raw: Unbounded; 0 is the middle of the range.
        """
        raw = raw.float()
        if self.range_mode == 'sigmoid':
            return self.min_depth + (self.max_depth - self.min_depth) * raw.sigmoid()
        low, high = math.log(self.min_depth), math.log(self.max_depth)
        return torch.exp((raw + (low + high) / 2).clamp(low - 1, high + 1))

    def predict(
        self, feats: Sequence[Tensor], batch_img_metas: list[dict], test_cfg: dict | None = None
    ) -> Tensor:
        """Decode to the input image's size, as MMSegmentation's `DepthEstimator` asks its head.

        Args:
            feats: (N, C_i, H_i, W_i), finest first.
            batch_img_metas: `img_shape` of the first is the size of the result.
            test_cfg: Not used; part of MMSegmentation's interface.

        Returns:
            (N, 1, H, W) in meters.
        """
        return _upsample(self(feats), batch_img_metas[0]['img_shape'][:2])


def _fuse_level(
    feat: Tensor, coarser: Tensor | None, lateral: nn.Module, fuse: nn.Module
) -> Tensor:
    skip = lateral(feat)
    return fuse(skip if coarser is None else skip + _upsample(coarser, skip.shape[-2:]))


def _upsample(x: Tensor, size: Sequence[int]) -> Tensor:
    return F.interpolate(x, tuple(size), mode='bilinear', align_corners=False)
