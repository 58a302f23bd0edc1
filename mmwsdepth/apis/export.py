"""Trained students for programs that know nothing of this package."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import CheckpointLoader
from torch import Tensor, nn
from torch._dynamo.exc import UserError

from mmwsdepth.registry import MODELS
from mmwsdepth.version import __version__

INPUT, OUTPUT = 'image', 'depth'
MIN_SIDE = 64
CHECK_SIZES = ((1, 96, 128), (2, 97, 131), (3, 160, 75))
TOLERANCE = 1e-3
_EXAMPLE_SIZE = (2, 96, 128)
_ONNX_PACKAGES = ('onnx', 'onnxruntime', 'onnxscript')

Model = Callable[[Tensor], Tensor]


class ExportableDepth(nn.Module):
    """From an image as cameras and files give it to metres, with nothing left to prepare.

    Args:
        estimator: Module with `estimate(image)` on normalised images, as `WSDepthEstimator`.
        mean: Of the channels, in the estimator's order: three values, or one for all.
        std: Likewise.
        takes_rgb: Whether the estimator wants RGB; else BGR.
    """

    estimator: Any
    mean: Tensor
    std: Tensor

    def __init__(
        self,
        estimator: Any,
        mean: Sequence[float] = (0.0,),
        std: Sequence[float] = (1.0,),
        takes_rgb: bool = True,
    ) -> None:
        super().__init__()
        self.estimator = estimator
        self.takes_rgb = takes_rgb
        self.register_buffer('mean', torch.tensor(mean, dtype=torch.float32).view(-1, 1, 1))
        self.register_buffer('std', torch.tensor(std, dtype=torch.float32).view(-1, 1, 1))

    def forward(self, image: Tensor) -> Tensor:
        """Estimate depth.

        Args:
            image: (N, 3, H, W), RGB from 0 to 255, float32.

        Returns:
            (N, 1, H, W) in metres, float32.
        """
        channels = image if self.takes_rgb else image.flip(1)
        return self.estimator.estimate((channels - self.mean) / self.std).depth


def build_exportable(cfg: Config, checkpoint: str) -> ExportableDepth:
    """Build the student of a config with trained weights, in evaluation mode.

    Args:
        cfg: A whole config. Its data sets give BGR, so without `bgr_to_rgb` the student wants BGR.
        checkpoint: A training checkpoint or `student.pth`; read without executing what it holds.

    Raises:
        ValueError: The config has no student, or the checkpoint does not fill it.
    """
    if 'student' not in cfg.model:
        raise ValueError(f'model.type={cfg.model.type!r} has no student, and only that is exported')
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    estimator = MODELS.build(dict(cfg.model, teacher=None, loss_affinity=None))
    loaded = CheckpointLoader.load_checkpoint(checkpoint, 'cpu')
    try:
        missing = estimator.load_state_dict(loaded.get('state_dict', loaded), strict=False)[0]
    except RuntimeError as error:
        reason = str(error).splitlines()[-1].strip()
        raise ValueError(f"{checkpoint}: not this config's student: {reason}") from None
    if missing:
        raise ValueError(f'{checkpoint}: has no {missing[0]} ({len(missing)} such gaps)')
    norm = cfg.model.get('data_preprocessor') or {}
    return ExportableDepth(
        estimator,
        norm.get('mean') or (0.0,),
        norm.get('std') or (1.0,),
        takes_rgb=bool(norm.get('bgr_to_rgb') or norm.get('rgb_to_bgr')),
    ).eval()


def export_torchscript(model: ExportableDepth, path: str | Path) -> None:
    """Write a traced TorchScript program.

    Args:
        model: See `build_exportable`.
        path: File to write.
    """
    with torch.no_grad():
        traced = torch.jit.trace(model, _random_image(_EXAMPLE_SIZE), check_trace=False)
    torch.jit.save(traced, str(path))


def export_torch_export(model: ExportableDepth, path: str | Path) -> None:
    """Write a `torch.export` program, with sides of at least `MIN_SIDE` pixels.

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
        ValueError: A package is missing, or the student's layers fix a size.
    """
    absent = [name for name in _ONNX_PACKAGES if find_spec(name) is None]
    if absent:
        raise ValueError(f'ONNX needs the extra `export`: run `pip install {" ".join(absent)}`')
    program = torch.onnx.export(
        _program(model),
        input_names=[INPUT],
        output_names=[OUTPUT],
        dynamic_shapes=_free_sizes(),
        opset_version=opset,
        dynamo=True,
        verbose=False,
    )
    assert program is not None
    program.model.metadata_props.update(
        {INPUT: 'RGB, 0 to 255', OUTPUT: 'metres', 'mmwsdepth': __version__}
    )
    program.save(path, external_data=False)


def _free_sizes() -> dict[str, dict[int, Any]]:
    dim = torch.export.Dim
    return {INPUT: {0: dim('batch'), 2: dim('height', min=MIN_SIDE), 3: dim('width', min=MIN_SIDE)}}


def _program(model: ExportableDepth) -> torch.export.ExportedProgram:
    try:
        with torch.no_grad():
            return torch.export.export(
                model, (_random_image(_EXAMPLE_SIZE),), dynamic_shapes=_free_sizes()
            )
    except (UserError, RuntimeError) as error:
        reason = ' '.join(str(error).split())[:300]
        raise ValueError(f"the student's layers fix a size: {reason}") from error


def load_torchscript(path: str | Path) -> Model:
    """Read what `export_torchscript` wrote."""
    return torch.jit.load(str(path))


def load_torch_export(path: str | Path) -> Model:
    """Read what `export_torch_export` wrote."""
    return torch.export.load(path).module()


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
    'torchscript': Format(export_torchscript, load_torchscript, '.torchscript'),
    'torch-export': Format(export_torch_export, load_torch_export, '.pt2'),
}


def largest_difference(
    model: Model, exported: Model, sizes: Sequence[tuple[int, int, int]] = CHECK_SIZES
) -> float:
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


def _random_image(size: tuple[int, int, int]) -> Tensor:
    n, height, width = size
    generator = torch.Generator().manual_seed(0)
    return torch.randint(256, (n, 3, height, width), generator=generator).float()
