"""`python -m mmwsdepth` is the command `mmwsdepth`."""

from mmwsdepth.cli import main

if __name__ == '__main__':
    main()
