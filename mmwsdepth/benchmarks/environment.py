"""What was measured on, and with what."""

import os
import platform
import re
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path

import torch

from mmwsdepth.version import __version__

from .memory import GIB
from .setting import Setting

PACKAGES = (
    'torch', 'numpy', 'opencv-python', 'mmengine', 'mmcv', 'mmsegmentation', 'onedl-mmengine',
    'onedl-mmcv', 'onedl-mmsegmentation', 'albumentations', 'onnx', 'onnxruntime',
)  # fmt: skip


def describe(setting: Setting) -> dict[str, object]:
    """Hardware, versions, seed and date.

    Args:
        setting: How was measured.
    """
    installed = {found.name.lower(): found.version for found in distributions()}
    hardware: dict[str, object] = dict(
        processor=_processor(),
        cores=os.cpu_count(),
        memory_gib=round(os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / GIB, 1),
    )
    if setting.device == 'cuda':
        hardware['gpu'] = torch.cuda.get_device_name()
    return dict(
        hardware=hardware,
        device=setting.device,
        threads=setting.threads,
        rounds=setting.rounds,
        clock=setting.clock,
        seed=setting.seed,
        memory_limit_gib=setting.memory_limit,
        python=platform.python_version(),
        system=platform.platform(),
        versions=dict(mmwsdepth=__version__)
        | {name: installed[name] for name in PACKAGES if name in installed},
        date=datetime.now(UTC).date().isoformat(),
    )


def _processor() -> str:
    info = Path('/proc/cpuinfo')
    match = re.search(r'model name\s*:\s*(.+)', info.read_text()) if info.is_file() else None
    return match[1] if match else platform.processor()
