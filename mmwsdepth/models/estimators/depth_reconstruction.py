"""The depth-to-depth teacher."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from mmcv.cnn import ConvModule
from mmengine.model import BaseModel
from mmengine.runner import CheckpointLoader
from torch import Tensor, nn

from mmwsdepth.registry import MODELS

from ..losses.reduce import MIN_DEPTH
from .checkpoint_fit import fit_weights, weights_in
from .estimate import Estimate, samples_for, stack_gt_depth, store_prediction


def _block(inp: int, out: int, stride: int = 1) -> nn.Sequential:
    style = dict(padding=1, norm_cfg=dict(type='GN', num_groups=8))
    return nn.Sequential(
        ConvModule(inp, out, 3, stride=stride, **style), ConvModule(out, out, 3, **style)
    )


def mask_blocks(
    depth: Tensor, ratio: float, size: int = 4, generator: torch.Generator | None = None
) -> Tensor:
    """Set random square blocks to missing, so that reconstruction needs the surroundings.

    Args:
        depth: (N, 1, h, w) in meters; 0 means no measurement.
        ratio: Expected share of masked blocks.
        size: Side of a block in pixels.
        generator: Source of randomness on the processor; PyTorch's own by default.

    Returns:
        (N, 1, h, w).
    """
    n, _, height, width = depth.shape
    grid = (n, 1, -(-height // size), -(-width // size))
    blocks = torch.rand(grid, generator=generator).to(depth.device)
    keep = (blocks >= ratio).repeat_interleave(size, -2).repeat_interleave(size, -1)
    return depth * keep[..., :height, :width]


@MODELS.register_module()
class DepthReconstruction(BaseModel):
    """Reconstructs sensor depth from sensor depth with holes; its features are the teacher's.

    Xu et al. 2021 distil a depth-to-depth network's features; this one's layers, its masked blocks
    and its loss are ours. Input: log-depth and a validity channel. A U-shaped network with group
    normalization returns dense depth and decoder features at strides 1, 2, 4, ... of the sensor's
    grid. There is no skip at stride 1, which would copy depth, and the encoder begins at stride 2.
    Trains alongside a student, or alone as a model of its own.

    Args:
        channels: Width of each level, finest first.
        mask_ratio: Share of blocks masked in the input while training.
        loss: Reconstruction loss on measured pixels.
        frozen: Never learn, whatever mode the surrounding model is in.
        data_preprocessor: When trained alone.
        init_cfg: Initialization, e.g. `dict(type='Pretrained', checkpoint=...)`.

    Raises:
        ValueError: It is frozen and nothing says with which weights.
    """

    def __init__(
        self,
        channels: Sequence[int] = (16, 32, 48),
        mask_ratio: float = 0.3,
        loss: dict | None = None,
        frozen: bool = False,
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(data_preprocessor=data_preprocessor, init_cfg=init_cfg)
        if frozen and not init_cfg:
            raise ValueError(
                'the teacher is frozen but has no weights: set model.teacher.init_cfg='
                "dict(type='Pretrained', checkpoint=...) or model.teacher.frozen=False"
            )
        self.mask_ratio = mask_ratio
        self.frozen = frozen
        self.reconstruction_loss = MODELS.build(
            loss or dict(type='mmwsdepth.DepthL1Loss', log=True)
        )
        self.encoder = nn.ModuleList(
            _block(inp, out, stride=2)
            for inp, out in zip((2, *channels[1:]), channels[1:], strict=False)
        )
        skipped = (0, *channels[1:])
        self.decoder = nn.ModuleList(
            _block(skip + coarse, fine)
            for skip, (fine, coarse) in zip(skipped, pairwise(channels), strict=False)
        )
        self.output = nn.Conv2d(channels[0], 1, 3, padding=1)
        if frozen:
            self.requires_grad_(False)

    def init_weights(self) -> None:
        """Initialize.

        Raises:
            ValueError: The checkpoint that `init_cfg` names is another model's.
        """
        source = self.init_cfg if isinstance(self.init_cfg, dict) else {}
        if source.get('type') == 'Pretrained':
            weights = weights_in(CheckpointLoader.load_checkpoint(source['checkpoint'], 'cpu'))
            prefix = source.get('prefix') or ''
            prefix = prefix and prefix.removesuffix('.') + '.'
            own = {k.removeprefix(prefix): v for k, v in weights.items() if k.startswith(prefix)}
            complaint = fit_weights(self, own).complaint
            if complaint:
                raise ValueError(
                    f"{source['checkpoint']}: not the teacher's weights: {complaint}: set the "
                    "teacher's init_cfg.checkpoint and channels to what belongs together"
                )
        super().init_weights()

    def train(self, mode: bool = True) -> 'DepthReconstruction':
        """Set the mode; a frozen teacher stays in evaluation."""
        return super().train(mode and not self.frozen)

    def reconstruct(self, depth: Tensor) -> Estimate:
        """Reconstruct depth.

        Args:
            depth: (N, 1, h, w) in meters; 0 means no measurement.

        Returns:
            Dense depth (N, 1, h, w), float32, and decoder features at strides 1, 2, 4, ...
        """
        valid = depth > 0
        x = torch.cat([torch.where(valid, depth.clamp(min=MIN_DEPTH).log(), 0), valid], dim=1)
        sizes, skips = [x.shape[-2:]], []
        for block in self.encoder:
            x = block(x)
            skips.append(x)
            sizes.append(x.shape[-2:])
        feats = [x]
        for level in reversed(range(len(self.decoder))):
            x = F.interpolate(x, sizes[level], mode='bilinear', align_corners=False)
            x = self.decoder[level](torch.cat([skips[level - 1], x], dim=1) if level else x)
            feats.append(x)
        return Estimate(self.output(x).float().clamp(-7, 7).exp(), tuple(reversed(feats)))

    @torch.no_grad()
    def features(self, depth: Tensor) -> Tensor:
        """Compute what is distilled: the finest decoder features of a clean pass, no gradient.

        Args:
            depth: (N, 1, h, w) in meters; 0 means no measurement.

        Returns:
            (N, channels[0], h, w).
        """
        return self.reconstruct(depth).feats[0]

    def reconstruction(self, depth: Tensor) -> Tensor:
        """Loss of a learning step: mask blocks, reconstruct, compare with the whole of `depth`."""
        masked = mask_blocks(depth, self.mask_ratio)
        return self.reconstruction_loss(self.reconstruct(masked).depth, depth)

    def forward(self, inputs: Any, data_samples: list | None = None, mode: str = 'tensor') -> Any:
        """MMEngine's entry for a teacher that is trained alone.

        Args:
            inputs: In mode 'tensor' depth, (N, 1, h, w) in meters; else the images, not used.
            data_samples: Each with `gt_depth_map`, (1, h, w).
            mode: 'loss', 'predict' (fills `pred_depth_map`, (1, h, w), from depth with the same
                blocks masked each time, so that filling is scored) or 'tensor'.

        Returns:
            A dict of losses, the data samples, or depth.

        Raises:
            ValueError: The mode is unknown.
        """
        if mode == 'tensor':
            return self.reconstruct(inputs).depth
        samples = samples_for(mode, data_samples)
        depth = stack_gt_depth(samples, inputs)
        if mode == 'loss':
            return dict(loss_teacher=self.reconstruction(depth))
        holes = mask_blocks(depth, self.mask_ratio, generator=torch.Generator().manual_seed(0))
        for sample, reconstructed in zip(samples, self.reconstruct(holes).depth, strict=True):
            store_prediction(sample, reconstructed)
        return samples
