"""Evaluate a checkpoint: `python tools/test.py [CONFIG] CHECKPOINT`."""

from mmwsdepth.cli import run_command

if __name__ == '__main__':
    run_command('test')
