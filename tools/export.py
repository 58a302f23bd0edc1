"""Write a student for other programs: `python tools/export.py CONFIG CHECKPOINT --to onnx`."""

from mmwsdepth.cli import run_command

if __name__ == '__main__':
    run_command('export')
