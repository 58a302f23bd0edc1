"""Trained students for programs that know nothing of this package."""

import math
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch._dynamo.exc import UserError

from mmwsdepth.datasets.write_whole import write_whole
from mmwsdepth.version import __version__

from .exportable import ExportableDepth

INPUT, OUTPUT = 'image', 'depth'
MIN_LR_SIDE = 64
TOLERANCE = 1e-3
_FIXED = (
    "the student's layers fix a size: give the size of your camera's images, --size H W, and it is "
    'exported for their aspect'
)
_FIXED_BATCH = (
    "the student's layers fix the number of images in a batch, which must stay free: take another "
    'backbone'
)
_FIX_BATCH = {'SwinTransformer'}
_FIX_SIZE = {'MixVisionTransformer'}
_ONNX_PACKAGES = ('onnx', 'onnxruntime', 'onnxscript')

Model = Callable[[Tensor], Tensor]
BatchSize = tuple[int, int, int]


def check_exportable(model: ExportableDepth, name: str) -> None:
    """Refuse what cannot be exported, before any work.

    Args:
        model: See `build_exportable`.
        name: One of `FORMATS`.

    Raises:
        ValueError: A package is missing, or the model is of a kind that does not export.
    """
    if model.estimator.inference.scale_by_focal_length:
        raise ValueError(
            'depth is scaled by the focal length, which an exported model is not told: calibrate '
            'without --scale-by-focal-length, or set model.test_cfg.scale_by_focal_length=False'
        )
    layers = {type(layer).__name__ for layer in model.estimator.modules()}
    if layers & _FIX_BATCH:
        raise ValueError(f'{", ".join(layers & _FIX_BATCH)}: {_FIXED_BATCH}')
    if model.grid is None and name == 'torch-export' and layers & _FIX_SIZE:
        raise ValueError(f'{", ".join(layers & _FIX_SIZE)}: {_FIXED}')
    absent = [name for name in _ONNX_PACKAGES if find_spec(name) is None]
    if name == 'onnx' and absent:
        raise ValueError(f'ONNX needs the extra `export`: run `pip install {" ".join(absent)}`')


def export_torchscript(model: ExportableDepth, path: str | Path) -> None:
    """Write a traced TorchScript program.

    Args:
        model: See `build_exportable`.
        path: File to write.
    """
    with torch.no_grad():
        traced = torch.jit.trace(model, _random_image(check_sizes(model)[0]), check_trace=False)
    torch.jit.save(traced, path)


def export_torch_export(model: ExportableDepth, path: str | Path) -> None:
    """Write a `torch.export` program, with sides of at least `least_side` pixels.

    Args:
        model: See `build_exportable`.
        path: File to write; PyTorch wants it to end in .pt2.

    Raises:
        ValueError: The student's layers fix a size.
    """
    torch.export.save(_program(model), path)


def export_onnx(model: ExportableDepth, path: str | Path, opset: int | None = None) -> None:
    """Write an ONNX model with its weights inside; input `image`, output `depth`.

    Args:
        model: See `build_exportable`.
        path: File to write.
        opset: Version of ONNX's operators; by default PyTorch's choice.

    Raises:
        ValueError: The student's layers fix a size.
    """
    program = torch.onnx.export(
        _program(model),
        input_names=[INPUT],
        output_names=[OUTPUT],
        dynamic_shapes=_free_sizes(model),
        opset_version=opset,
        dynamo=True,
        verbose=False,
    )
    assert program is not None
    program.model.metadata_props.update(
        {INPUT: 'RGB, 0 to 255', OUTPUT: 'meters', 'mmwsdepth': __version__}
    )
    program.save(path, external_data=False)


def least_side(model: ExportableDepth) -> int:
    """Fewest pixels a side that an exported model takes: 2 with a grid of its own.

    Without one they are so many that the LR view has `MIN_LR_SIDE`, two features at stride 32.
    """
    return 2 if model.grid else math.ceil(MIN_LR_SIDE / min(model.scales[0], 1))


def check_sizes(model: ExportableDepth) -> list[BatchSize]:
    """(N, H, W) of batches, of three sizes and aspects, that an exported model is compared at."""
    height, width = model.grid or (least_side(model), 5 * least_side(model) // 4)
    return [(2, height, width), (1, height + 1, width + 3), (3, width + 5, height)]


def _free_sizes(model: ExportableDepth) -> dict[str, dict[int, Any]]:
    dim, least = torch.export.Dim, least_side(model)
    return {INPUT: {0: dim('batch'), 2: dim('height', min=least), 3: dim('width', min=least)}}


def _program(model: ExportableDepth) -> torch.export.ExportedProgram:
    try:
        with torch.no_grad():
            return torch.export.export(
                model,
                (_random_image(check_sizes(model)[0]),),
                dynamic_shapes=_free_sizes(model),
                prefer_deferred_runtime_asserts_over_guards=True,
            )
    except (UserError, RuntimeError) as error:
        raise ValueError(_FIXED if model.grid is None else _FIXED_BATCH) from error


def load_onnx(path: str | Path) -> Model:
    """Read what `export_onnx` wrote, into ONNX Runtime on the processor."""
    import onnxruntime  # an optional dependency: this module must import without it

    session = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])
    return lambda image: torch.from_numpy(session.run([OUTPUT], {INPUT: image.numpy()})[0])


class Format(NamedTuple):
    """How a format is written and read, and how its files end."""

    export: Callable[..., None]
    load: Callable[[str | Path], Model]
    suffix: str


FORMATS = {
    'onnx': Format(export_onnx, load_onnx, '.onnx'),
    'torchscript': Format(export_torchscript, torch.jit.load, '.torchscript'),
    'torch-export': Format(
        export_torch_export, lambda path: torch.export.load(path).module(), '.pt2'
    ),
}


def export_checked(
    model: ExportableDepth, path: Path, name: str, opset: int | None = None
) -> float:
    """Export a model, read it back and compare; the file appears whole and right or not at all.

    Args:
        model: See `build_exportable`.
        path: File to write.
        name: One of `FORMATS`.
        opset: Version of ONNX's operators.

    Returns:
        See `largest_difference`.

    Raises:
        ValueError: See `largest_difference`, or the student's layers fix a size.
        OSError: The file cannot be written.
    """
    how, options = FORMATS[name], {} if opset is None else dict(opset=opset)
    with TemporaryDirectory() as folder:
        made = Path(folder) / path.name
        how.export(model, made, **options)
        difference = largest_difference(model, how.load(made), check_sizes(model))
        write_whole(path, made.read_bytes())
    return difference


def largest_difference(model: Model, exported: Model, sizes: Sequence[BatchSize]) -> float:
    """Compare an exported model with its original on images of several sizes.

    Args:
        model: The original.
        exported: What was read back.
        sizes: (N, H, W) of each batch.

    Returns:
        The largest |exported - original| / original over all pixels.

    Raises:
        ValueError: The exported model stops at a size, returns another shape, or differs by more
            than `TOLERANCE`.
    """
    largest = torch.zeros(())
    for size in sizes:
        image = _random_image(size)
        with torch.no_grad():
            expected = model(image)
            try:
                depth = exported(image)
            except Exception as error:
                reason = ' '.join(str(error).split())[-300:]
                raise ValueError(f'the exported model stops at size {size}: {reason}') from error
        if depth.shape != expected.shape:
            raise ValueError(f'the exported model returns {tuple(depth.shape)} at size {size}')
        difference = ((depth - expected).abs() / expected).max()
        if not difference <= TOLERANCE:
            raise ValueError(
                f'the exported model differs by {difference:.2g} of the depth at size {size}, '
                f'allowed are {TOLERANCE:g}'
            )
        largest = torch.maximum(largest, difference)
    return float(largest)


def _random_image(size: BatchSize) -> Tensor:
    n, height, width = size
    generator = torch.Generator().manual_seed(0)
    return torch.randint(256, (n, 3, height, width), generator=generator).float()
