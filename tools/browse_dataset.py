"""Draw what the network sees: `python tools/browse_dataset.py CONFIG`."""

from mmwsdepth.cli import run_command

if __name__ == '__main__':
    run_command('browse')
