"""ONNX Runtime beside PyTorch on the exported student."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import torch
from torch import Tensor

from mmwsdepth.apis.export import INPUT, OUTPUT, export_onnx
from mmwsdepth.apis.exportable import ExportableDepth, build_exportable

from .models import build_model, read_config
from .report import Table
from .setting import SEED, Setting, Size, add_config, size_text
from .timing import Case, time_in_turns

TORCH, ONNX = 'torch', 'onnxruntime'


def in_onnxruntime(path: Path, threads: int, image: Tensor) -> Case:
    """Make a case that estimates depth with ONNX Runtime on the processor."""
    import onnxruntime  # an optional dependency: the other benchmarks run without it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])
    return lambda: torch.from_numpy(session.run([OUTPUT], {INPUT: image.numpy()})[0])


add_options = add_config


def run(
    setting: Setting,
    size: Sequence[Size],
    config: str,
    cfg_options: dict[str, Any] | None = None,
) -> list[Table]:
    """Compare latencies, and results with PyTorch's, of random weights.

    Raises:
        SystemExit: The device is another.
    """
    if setting.device != 'cpu':
        raise SystemExit('error: export is measured on the processor: take --device cpu')
    cfg = read_config(config, cfg_options)
    with TemporaryDirectory() as folder:
        checkpoint = Path(folder) / 'student.pth'
        torch.save(build_model(cfg.model.to_dict(), 'cpu').state_dict(), checkpoint)
        model = build_exportable(cfg, str(checkpoint))
        path = Path(folder) / 'student.onnx'
        export_onnx(model, path)
        rows = [row for each in size for row in _rows(setting, each, model, path)]
    return [Table(f'export of {config}, one image', rows)]


def _rows(
    setting: Setting, size: Size, model: ExportableDepth, path: Path
) -> list[dict[str, object]]:
    generator = torch.Generator().manual_seed(SEED)
    image = torch.randint(256, (1, 3, *size), generator=generator).float()
    cases = {
        TORCH: torch.inference_mode()(lambda: model(image)),
        ONNX: in_onnxruntime(path, setting.threads, image),
    }
    times = time_in_turns(cases, setting)
    depths = {name: cast(Tensor, case()) for name, case in cases.items()}
    return [
        {
            'size': size_text(size),
            'runtime': name,
            'ms': 1e3 * times.median(name),
            'time / torch': times.ratio(name, TORCH),
            'median difference': float(((depth - depths[TORCH]) / depths[TORCH]).abs().median()),
        }
        for name, depth in depths.items()
    ]
