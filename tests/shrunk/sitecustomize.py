"""Makes each config tiny: Python runs this at its start where PYTHONPATH names the folder."""

from typing import Any

from mmengine.config import Config
from shrink import shrink

read = Config.fromfile


def read_tiny(*args: Any, **options: Any) -> Config:
    cfg = read(*args, **options)
    shrink(cfg._cfg_dict)
    return cfg


Config.fromfile = staticmethod(read_tiny)
