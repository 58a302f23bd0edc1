"""How the threads of our commands wait for each other."""

import os
import sys
from itertools import pairwise
from pathlib import Path

NAME = 'mmwsdepth'
_TOOLS = Path(__file__).parent / '.mim' / 'tools'


def wait_without_spinning() -> None:
    """In our own commands, let waiting threads sleep; must run before PyTorch is loaded.

    By default they spin, which beside other work on the same cores makes a training many times
    slower. A program that merely imports the package is left alone, as is a setting of the user's.
    """
    if _is_own_command(Path(sys.argv[0] or '.'), sys.orig_argv):
        os.environ.setdefault('OMP_WAIT_POLICY', 'PASSIVE')


def _is_own_command(program: Path, command_line: list[str]) -> bool:
    runs_module = any(pair == ('-m', NAME) for pair in pairwise(command_line))
    return runs_module or program.name == NAME or _TOOLS.resolve() in program.resolve().parents
