"""ONNX Runtime against PyTorch on the exported student."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import torch
from mmengine.config import Config
from torch import Tensor

from mmwsdepth.apis.export import INPUT, OUTPUT, export_onnx
from mmwsdepth.apis.exportable import build_exportable

from .measure import Thing, measure, time_ratio
from .report import Table
from .setting import Setting, Size, size_text
from .students import DEFAULT_CONFIG, build_model, read_config
from .timing import Work

TORCH, FLOAT32, INT8 = 'torch', 'onnxruntime float32', 'onnxruntime dynamic int8'


def in_torch(cfg: Config, checkpoint: str, image: Tensor) -> Work:
    """Make a work that estimates depth with PyTorch."""
    model = build_exportable(cfg, checkpoint)

    def work() -> Tensor:
        with torch.inference_mode():
            return model(image)

    return work


def in_onnxruntime(path: Path, threads: int, image: Tensor) -> Work:
    """Make a work that estimates depth with ONNX Runtime on the processor."""
    import onnxruntime  # an optional dependency: this module must import without it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])
    return lambda: torch.from_numpy(session.run([OUTPUT], {INPUT: image.numpy()})[0])


def quantize(path: Path) -> Path:
    """Write a copy with 8-bit weights, whose activations are quantized as they come.

    Args:
        path: ONNX file.

    Returns:
        The copy's path.
    """
    from onnxruntime import quantization  # an optional dependency, as above

    quantized = path.with_name(f'{path.stem}_int8.onnx')
    quantization.quantize_dynamic(path, quantized, weight_type=quantization.QuantType.QUInt8)
    return quantized


def run(
    setting: Setting,
    size: Sequence[Size],
    config: str = DEFAULT_CONFIG,
    cfg_options: dict[str, Any] | None = None,
    checkpoint: str | None = None,
) -> list[Table]:
    """Compare latencies, and results with PyTorch's.

    Args:
        setting: How to measure; on the processor.
        size: (H, W) of the images.
        config: A config of the method.
        cfg_options: Values by dotted key that override the config's.
        checkpoint: Trained weights; random ones by default.

    Raises:
        ValueError: The device is another, or a package is missing.
    """
    if setting.device != 'cpu':
        raise ValueError(
            f'export is measured on the processor: take device=cpu, not {setting.device}'
        )
    cfg = read_config(config, cfg_options)
    with TemporaryDirectory() as folder:
        if checkpoint is None:
            checkpoint = str(Path(folder) / 'student.pth')
            model = build_model(cfg.model.to_dict(), 'cpu')
            torch.save(dict(state_dict=model.state_dict()), checkpoint)
        path = Path(folder) / 'student.onnx'
        export_onnx(build_exportable(cfg, checkpoint), path)
        int8 = quantize(path)
        rows: list[dict[str, object]] = []
        for each in size:
            rows += _rows(setting, each, cfg, checkpoint, path, int8)
    columns = ('size', 'runtime', 'ms', 'time / torch', 'median difference')
    return [Table(f'export of {config}, one image', columns, rows, [])]


def _rows(
    setting: Setting, size: Size, cfg: Config, checkpoint: str, path: Path, int8: Path
) -> list[dict[str, object]]:
    generator = torch.Generator().manual_seed(setting.seed)
    image = torch.randint(256, (1, 3, *size), generator=generator).float()
    things = [
        Thing(TORCH, partial(in_torch, cfg, checkpoint, image)),
        Thing(FLOAT32, partial(in_onnxruntime, path, setting.threads, image)),
        Thing(INT8, partial(in_onnxruntime, int8, setting.threads, image)),
    ]
    found = measure(things, setting, memory=False)
    depths = {thing.name: cast(Tensor, thing.build()()) for thing in things}
    return [
        {
            'size': size_text(size),
            'runtime': name,
            'ms': 1e3 * item.median,
            'time / torch': time_ratio(found, name, TORCH),
            'median difference': float(
                ((depths[name] - depths[TORCH]).abs() / depths[TORCH]).median()
            ),
            'seconds': item.seconds,
        }
        for name, item in found.items()
    ]
