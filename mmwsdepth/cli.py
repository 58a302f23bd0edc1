"""The command `mmwsdepth`: a table of subcommands."""

import argparse
from collections.abc import Callable, Sequence
from typing import NamedTuple

from mmwsdepth.apis import calibrate_command, infer_command, one_sentence_errors
from mmwsdepth.demo import command as demo_command


class Command(NamedTuple):
    """What it does in a sentence, its options, and what runs it."""

    description: str
    add_options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], None]


COMMANDS = {
    'infer': Command(
        'Estimate the depth of images, videos or a camera.',
        infer_command.add_options,
        infer_command.run,
    ),
    'demo': Command(
        'Serve a local web page that shows the depth of images dropped onto it.',
        demo_command.add_options,
        demo_command.run,
    ),
    'calibrate': Command(
        'Fit a student to another camera by one factor, from a few pairs.',
        calibrate_command.add_options,
        calibrate_command.run,
    ),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the subcommand that the command line names.

    Args:
        arguments: By default those of the process.
    """
    parser = argparse.ArgumentParser('mmwsdepth', description='Depth at the color resolution.')
    subparsers = parser.add_subparsers(dest='command', required=True)
    for name, command in COMMANDS.items():
        command.add_options(
            subparsers.add_parser(name, help=command.description, description=command.description)
        )
    args = parser.parse_args(arguments)
    with one_sentence_errors():
        COMMANDS[args.command].run(args)
