"""What whole training runs would cost on GPUs: calculated, not measured."""

from collections.abc import Sequence
from typing import NamedTuple

from mmengine.config import Config

from mmwsdepth.diagnosis import count_branches

from .report import Table
from .setting import Size, size_text
from .students import read_config

FLOPS_PER_MAC = 2
LEARNING = 3  # forward; backward to the inputs; backward to the weights
HOUR = 3600


class Run(NamedTuple):
    """A training run.

    Attributes:
        config: File, or `mmwsdepth::NAME.py`; its pipeline crops images to one size.
        ratio: Of the image's side to the ground truth's.
    """

    config: str
    ratio: float


RUNS = (
    Run('mmwsdepth::wsdepth_nyu.py', 4),
    Run('mmwsdepth::wsdepth_nyu_paper.py', 4),
    Run('mmwsdepth::wsdepth_arkitscenes.py', 7.5),
)


class Assumptions(NamedTuple):
    """What is not counted but assumed.

    Attributes:
        gpus: How many.
        peak_tflops: Dense half-precision 10^12 operations a second of one; NVIDIA states 312 for
            an A100.
        utilisation: Share of the peak that is reached.
        load_rate: Megapixels of training size that one worker loads a second; None leaves loading
            out.
    """

    gpus: int
    peak_tflops: float
    utilisation: float
    load_rate: float | None


def cost_of_runs(runs: Sequence[Run], assumed: Assumptions) -> Table:
    """Count the operations of runs, and divide by the speed that is assumed.

    Args:
        runs: What to calculate, one at least.
        assumed: Speeds.

    Raises:
        ValueError: An assumption cannot be meant, or a config does not crop images to one size.
    """
    if assumed.gpus < 1 or assumed.peak_tflops <= 0 or not 0 < assumed.utilisation <= 1:
        raise ValueError(
            f'gpus={assumed.gpus}, peak_tflops={assumed.peak_tflops:g}, '
            f'utilisation={assumed.utilisation:g}: need numbers above 0, and utilisation up to 1'
        )
    if assumed.load_rate is not None and assumed.load_rate <= 0:
        raise ValueError(f'load_rate={assumed.load_rate:g} must be above 0')
    rows = [_row(each, assumed) for each in runs]
    loading = (
        'Loading is left out; give --load-rate.'
        if assumed.load_rate is None
        else f'A worker loads {assumed.load_rate:g} megapixels a second; a run takes the longer of '
        'the two times.'
    )
    return Table(
        f'calculated: whole runs on {assumed.gpus} GPUs',
        tuple(rows[0]),
        rows,
        [
            f'Not measured. Assumed: {assumed.peak_tflops:g} TFLOP/s dense half precision a GPU, '
            f'of which {assumed.utilisation:.0%} are reached; a learning network costs {LEARNING} '
            'forward passes, a frozen one 1; element-wise operations, losses, optimizer, '
            f'validation and communication cost nothing. {loading}'
        ],
    )


def _row(each: Run, assumed: Assumptions) -> dict[str, object]:
    cfg = read_config(each.config)
    size = crop_size(cfg)
    loader = cfg.train_dataloader
    images = cfg.train_cfg.max_iters * loader.batch_size * assumed.gpus
    operations = operations_per_image(cfg, size, each.ratio)
    speed = assumed.gpus * assumed.peak_tflops * 1e12 * assumed.utilisation
    row: dict[str, object] = {
        'config': each.config,
        'image': size_text(size),
        'ratio': each.ratio,
        'batch': loader.batch_size * assumed.gpus,
        'iterations': cfg.train_cfg.max_iters,
        'GFLOP / image': operations / 1e9,
        'PFLOP': operations * images / 1e15,
        'hours computing': operations * images / speed / HOUR,
    }
    if assumed.load_rate is not None:
        workers = assumed.gpus * max(loader.num_workers, 1)
        megapixels = images * size[0] * size[1] / 1e6
        row['hours loading'] = megapixels / (workers * assumed.load_rate) / HOUR
    return row


def crop_size(cfg: Config) -> Size:
    """(H, W) to which a config's training pipeline crops images.

    Raises:
        ValueError: It does not.
    """
    for transform in cfg.train_dataloader.dataset.pipeline:
        if 'crop_size' in transform:
            height, width = transform['crop_size']
            return height, width
    raise ValueError(
        f'{cfg.filename}: the training pipeline has no crop_size, so the size of a training image '
        'is not known: add mmwsdepth.RandomCropRGBD'
    )


def operations_per_image(cfg: Config, size: Size, ratio: float) -> float:
    """Floating-point operations of learning from one image.

    Args:
        cfg: A config whose model is a `WSDepthEstimator`.
        size: (H, W) of the image.
        ratio: Of its side to the ground truth's.
    """
    frozen = (cfg.model.get('teacher') or {}).get('frozen', False)
    forward = sum(
        branch.macs * branch.share * (1 if frozen and branch.name == 'teacher' else LEARNING)
        for branch in count_branches(cfg, size, ratio)
    )
    return float(FLOPS_PER_MAC * forward)
