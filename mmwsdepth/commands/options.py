"""The command-line options that several commands share."""

import argparse
from typing import Any

from mmengine.config import DictAction

CONFIG = 'config file, or mmwsdepth::NAME.py'
CARRIED_CONFIG = f'{CONFIG}; default what the checkpoint carries'
CHECKPOINT = 'student.pth or a training checkpoint; file or URL'
SIZE: dict[str, Any] = dict(type=int, nargs=2, metavar=('H', 'W'))
DEPTHS: dict[str, Any] = dict(type=float, nargs=2, metavar=('NEAR', 'FAR'))


def runner_options(
    command: str, description: str, needs_config: bool = True
) -> argparse.ArgumentParser:
    """Make a parser with the options of every command that runs a config.

    They are those that OpenMMLab users have in their fingers.

    Args:
        command: Its name.
        description: What the command does, in a sentence.
        needs_config: Whether the config must be named.
    """
    parser = argparse.ArgumentParser(f'mmwsdepth {command}', description=description)
    if needs_config:
        parser.add_argument('config', help=CONFIG)
    else:
        parser.add_argument('config', nargs='?', help=CARRIED_CONFIG)
    parser.add_argument('--work-dir', help='where to write; default work_dirs/CONFIG')
    add_overrides(parser)
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none')
    return parser


def student_options(command: str, description: str) -> argparse.ArgumentParser:
    """Make a parser with the options of every command that estimates depth.

    Args:
        command: Its name.
        description: What the command does, in a sentence.
    """
    parser = argparse.ArgumentParser(f'mmwsdepth {command}', description=description)
    parser.add_argument('checkpoint', help=CHECKPOINT)
    parser.add_argument('--config', help=CARRIED_CONFIG)
    parser.add_argument('--device', help='such as cpu or cuda:0; default CUDA if available')
    return parser


def add_focal_length(parser: argparse.ArgumentParser) -> None:
    """Add `--focal-length` and `--scale-by-focal-length`."""
    parser.add_argument(
        '--focal-length', type=float, help='in pixels; default from manifest.json or EXIF'
    )
    parser.add_argument(
        '--scale-by-focal-length',
        action='store_true',
        help='multiply depth by the ratio of focal lengths, this camera over training camera',
    )


def add_overrides(parser: argparse._ActionsContainer) -> None:
    """Add `--data-root` and `--cfg-options`, which say what a config does not."""
    parser.add_argument('--data-root', help='folder of the data, instead of what the config says')
    add_cfg_options(parser)


def add_cfg_options(parser: argparse._ActionsContainer) -> None:
    """Add `--cfg-options`."""
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, help='override config keys: KEY=VALUE ...'
    )
