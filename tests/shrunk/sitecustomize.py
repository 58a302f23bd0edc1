"""Makes each config tiny: Python runs this at its start where PYTHONPATH names the folder."""

from typing import Any

from mmengine.config import Config
from shrink import shrink

read, merge = Config.fromfile, Config.merge_from_dict


def read_tiny(*args: Any, **options: Any) -> Config:
    cfg = read(*args, **options)
    shrink(cfg._cfg_dict)
    return cfg


def merge_tiny(self: Config, *args: Any, **options: Any) -> None:
    merge(self, *args, **options)
    shrink(self._cfg_dict)


Config.fromfile = staticmethod(read_tiny)
Config.merge_from_dict = merge_tiny
