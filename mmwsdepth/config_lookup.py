"""Make `_base_ = 'mmwsdepth::wsdepth_nyu.py'` work in every config file."""

from pathlib import Path

from mmengine.config import Config
from mmengine.config.utils import MODULE2PACKAGE

PREFIX = 'mmwsdepth::'
CONFIG_ROOT = Path(__file__).parent / '.mim' / 'configs'


def resolve_config(name: str) -> str:
    """Turn `mmwsdepth::NAME.py` into the path of the config that travels with the package.

    Args:
        name: A config's name after `mmwsdepth::`, or any other path, which is returned as it is.

    Raises:
        FileNotFoundError: No such config; the message lists those that there are.
    """
    if not name.startswith(PREFIX):
        return name
    path = CONFIG_ROOT / name.removeprefix(PREFIX)
    if not path.is_file():
        known = ', '.join(sorted(p.name for p in CONFIG_ROOT.glob('*.py')))
        raise FileNotFoundError(f'{name}: no such config in mmwsdepth; there are {known}')
    return str(path.resolve())


def register_config_lookup() -> None:
    """Teach MMEngine's config reader our prefix.

    MMEngine's own look-up wants a slash in the name and a table entry of the distribution; the
    entry is added for `mmengine.hub`, the name without a slash is resolved here.
    """
    MODULE2PACKAGE['mmwsdepth'] = 'mmwsdepth'
    mmengine_lookup = Config._get_cfg_path

    def get_cfg_path(cfg_path: str, filename: str) -> tuple[str, str | None]:
        if cfg_path.startswith(PREFIX):
            return resolve_config(cfg_path), 'mmwsdepth'
        return mmengine_lookup(cfg_path, filename)

    Config._get_cfg_path = staticmethod(get_cfg_path)
