"""Models and batches of a config, for measuring; untrained, on random data."""

from typing import Any

import mmseg.models  # noqa: F401  (loaded before memory is measured)
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from torch import Tensor

from mmwsdepth.apis import load_config
from mmwsdepth.apis.runner import fit_to_hardware
from mmwsdepth.models.estimators import WSDepthEstimator
from mmwsdepth.registry import MODELS

from .setting import SEED, Size


def read_config(path: str, options: dict[str, Any] | None = None) -> Config:
    """Read a config, fit it to the machine and leave out weights that would be downloaded.

    Raises:
        FileNotFoundError: There is no such file.
        SystemExit: The config has no student.
    """
    cfg = load_config(path, options=options)
    if 'student' not in cfg.model:
        raise SystemExit(f'error: {path}: model.type={cfg.model.type!r} has no student to measure')
    fit_to_hardware(cfg)
    without_pretrained(cfg._cfg_dict)
    return cfg


def without_pretrained(node: Any) -> None:
    """Drop what would load weights from a config or a part of it, in place."""
    if isinstance(node, dict):
        if (node.get('init_cfg') or {}).get('type') == 'Pretrained':
            node['init_cfg'] = None
        if 'pretrained' in node:
            node['pretrained'] = False
    children = node.values() if isinstance(node, dict) else node
    for child in children:
        if isinstance(child, dict | list | tuple):
            without_pretrained(child)


def build_model(model: dict, device: str) -> WSDepthEstimator:
    """Build an estimator of a plain config with all its losses at full weight, in training mode."""
    init_default_scope('mmseg')
    built = MODELS.build(model)
    built.init_weights()
    built.affinity_factor = 1.0
    return built.to(device).train()


def random_image(batch: int, size: Size, device: str) -> Tensor:
    """(N, 3, H, W), normalized noise."""
    generator = torch.Generator().manual_seed(SEED)
    return torch.randn(batch, 3, *size, generator=generator).to(device)


def random_samples(batch: int, size: Size, device: str) -> list[SegDataSample]:
    """Data samples with ground truth of 1 to 5 m, (1, h, w), a tenth of it missing."""
    generator = torch.Generator().manual_seed(SEED + 1)
    samples = []
    for _ in range(batch):
        noise, keep = torch.rand(2, 1, *size, generator=generator)
        sample = SegDataSample(metainfo=dict(ori_shape=size))
        sample.gt_depth_map = PixelData(data=(1 + 4 * noise) * (keep > 0.1))
        samples.append(sample.to(device))
    return samples
