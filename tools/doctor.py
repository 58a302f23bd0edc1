"""Tell what is wrong with installation or data: `python tools/doctor.py [CONFIG|FOLDER]`."""

from mmwsdepth.cli import run_command

if __name__ == '__main__':
    run_command('doctor')
