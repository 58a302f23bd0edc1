"""The command `mmwsdepth`: a table of subcommands, each a module of `mmwsdepth.commands`."""

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module

from .errors import one_sentence_errors
from .version import __version__

SPINS = '10000'  # of the 300000 by default: sleeping at once costs a fifth on an idle machine
COMMANDS = {
    'prepare': "Bring data into the package's layout.",
    'doctor': 'Tell what is wrong with an installation and with data.',
    'browse': 'Draw what the network sees.',
    'train': 'Train a model.',
    'test': 'Evaluate a checkpoint.',
    'infer': 'Estimate the depth of images, videos or a camera.',
    'demo': 'Serve a local web page that shows the depth of images dropped onto it.',
    'calibrate': 'Adapt a trained model to another camera by one factor, from a few pairs.',
    'export': 'Export a trained model to ONNX, TorchScript or torch.export.',
}
INTERRUPTED = 130  # what shells report of a program that Ctrl-C ended


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the subcommand that the command line names.

    Args:
        arguments: By default those of the process.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    table = '\n'.join(f'  {name:11}{description}' for name, description in COMMANDS.items())
    parser = argparse.ArgumentParser(
        'mmwsdepth',
        usage='mmwsdepth [-h] [--version] COMMAND ...',
        description="Depth at the color camera's resolution.",
        epilog=f'commands:\n{table}\n\nmmwsdepth COMMAND --help lists its options.',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('--version', action='version', version=f'mmwsdepth {__version__}')
    parser.add_argument('command', choices=COMMANDS, help=argparse.SUPPRESS)
    run_command(parser.parse_args(arguments[:1]).command, arguments[1:])


def run_command(name: str, arguments: Sequence[str] | None = None) -> None:
    """Run a subcommand.

    Waiting threads spin for a short while and then sleep, unless the user has set otherwise: by
    default they spin on, which beside other work on the same cores makes a training many times
    slower.

    Args:
        name: One of `COMMANDS`.
        arguments: By default those of the process.

    Raises:
        SystemExit: With a sentence, if a user can mend what went wrong.
    """
    if 'OMP_WAIT_POLICY' not in os.environ:
        os.environ.setdefault('GOMP_SPINCOUNT', SPINS)
    warnings.filterwarnings('ignore', 'Fail to import ``MultiScaleDeformableAttention``')
    try:
        command = import_module(f'mmwsdepth.commands.{name}')
        args = command.parse(arguments)
        with one_sentence_errors():
            status = command.run(args)
    except KeyboardInterrupt:
        status = INTERRUPTED
    if status:
        raise SystemExit(status)
