"""Tell what is wrong with installation or data: `python tools/doctor.py [CONFIG|FOLDER]`."""

try:
    from mmwsdepth.cli import run_command
except ImportError as broken_stack:
    raise SystemExit(f'PROBLEM {broken_stack}') from None

if __name__ == '__main__':
    run_command('doctor')
