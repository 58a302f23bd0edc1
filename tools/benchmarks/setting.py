"""What every benchmark is told."""

import argparse
from typing import NamedTuple

import torch
from mmengine.config import DictAction
from mmengine.logging import MMLogger

Size = tuple[int, int]
SEED = 0
LOGGER = 'benchmark'


class Setting(NamedTuple):
    """How to measure.

    Attributes:
        device: 'cpu' or 'cuda'.
        threads: Threads of PyTorch and ONNX Runtime.
        rounds: How often each case is timed.
        clock: 'wall', or 'processor' for the time that this process spends computing.
    """

    device: str = 'cpu'
    threads: int = 1
    rounds: int = 3
    clock: str = 'wall'

    def apply(self) -> None:
        """Set this process's threads and seed, and keep MMEngine's logger to errors."""
        if not MMLogger.check_instance_created(LOGGER):
            MMLogger.get_instance(LOGGER, log_level='ERROR')
        torch.set_num_threads(self.threads)
        torch.manual_seed(SEED)


def add_setting(command: argparse.ArgumentParser) -> None:
    """Add the options of a `Setting`."""
    add = command.add_argument
    add('--device', choices=['cpu', 'cuda'], default='cpu')
    add('--threads', type=positive, default=torch.get_num_threads())
    add('--rounds', type=positive, default=3, help='timed calls of each case')
    clocks = 'processor: leave out what other jobs on the machine take'
    add('--clock', choices=['wall', 'processor'], default='wall', help=clocks)


def add_size(command: argparse.ArgumentParser, default: Size = (480, 640)) -> None:
    """Add the option that lists sizes (H, W) of images."""
    command.add_argument('--size', type=parse_size, nargs='+', default=[default], metavar='HxW')


def add_config(command: argparse.ArgumentParser) -> None:
    """Add the options that name a config of the method, and sizes of images."""
    add_size(command)
    command.add_argument('--config', default='mmwsdepth::wsdepth_rooms.py')
    command.add_argument('--cfg-options', nargs='+', action=DictAction, help='KEY=VALUE ...')


def positive(text: str) -> int:
    """Read a number of at least 1."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'{text!r} is not a number of at least 1')
    return int(text)


def parse_size(text: str) -> Size:
    """Read (H, W)."""
    sides = text.split('x')
    if len(sides) != 2 or not all(side.isdigit() and int(side) > 0 for side in sides):
        raise argparse.ArgumentTypeError(f'{text!r} is not HxW in pixels, such as 480x640')
    return int(sides[0]), int(sides[1])


def size_text(size: Size) -> str:
    """(H, W) as people write it."""
    return f'{size[0]}x{size[1]}'
