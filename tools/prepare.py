"""Bring data into the package's layout: `python tools/prepare.py SOURCE SRC DST`."""

from mmwsdepth.cli import run_command

if __name__ == '__main__':
    run_command('prepare')
