"""The suites by name, and the sizes that they measure by default."""

from collections.abc import Callable
from typing import NamedTuple

from . import affinity, dataload, evaluate, export, infer, scaling, train_step
from .report import Table
from .setting import Size


class Suite(NamedTuple):
    """A suite.

    Attributes:
        run: From a `Setting`, sizes and the suite's own options to tables.
        size: (H, W) of the images by default.
        about: What it compares.
    """

    run: Callable[..., list[Table]]
    size: tuple[Size, ...]
    about: str


NYU, LARGE = (480, 640), (3024, 4032)
SUITES = {
    'affinity': Suite(affinity.run, (NYU,), 'the linear affinity distance, direct and pooled ones'),
    'train_step': Suite(train_step.run, (NYU,), 'the method and its student trained plainly'),
    'scaling': Suite(
        scaling.run, ((240, 320), (120, 160), (480, 640)), 'batches, images, ratios and processes'
    ),
    'evaluate': Suite(evaluate.run, (NYU, LARGE), "our depth metric and MMSegmentation's"),
    'infer': Suite(infer.run, (NYU, (1512, 2016), LARGE), 'inference whole and by tiles'),
    'dataload': Suite(dataload.run, (NYU,), "our NYU pipeline and MMSegmentation's"),
    'export': Suite(export.run, (NYU,), 'ONNX Runtime and PyTorch'),
}
