"""The command-line options that OpenMMLab users have in their fingers."""

import argparse

from mmengine.config import DictAction


def runner_options(
    command: str, description: str, needs_config: bool = True
) -> argparse.ArgumentParser:
    """Make a parser with the options of every command that runs a config.

    Args:
        command: Its name.
        description: What the command does, in a sentence.
        needs_config: Whether the config must be named.
    """
    parser = argparse.ArgumentParser(f'mmwsdepth {command}', description=description)
    what = 'config file, or mmwsdepth::NAME.py'
    if needs_config:
        parser.add_argument('config', help=what)
    else:
        parser.add_argument(
            'config', nargs='?', help=f'{what}; default what the checkpoint carries'
        )
    parser.add_argument('--work-dir', help='where to write; default work_dirs/CONFIG')
    add_overrides(parser)
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none')
    return parser


def add_overrides(parser: argparse._ActionsContainer) -> None:
    """Add `--data-root` and `--cfg-options`, which say what a config does not."""
    parser.add_argument('--data-root', help='folder of the data, instead of what the config says')
    add_cfg_options(parser)


def add_cfg_options(parser: argparse._ActionsContainer) -> None:
    """Add `--cfg-options`."""
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, help='override config keys: KEY=VALUE ...'
    )
