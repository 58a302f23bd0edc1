"""The one check of the OpenMMLab stack that mmwsdepth stands on."""

from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

MODULES = ('mmengine', 'mmcv', 'mmseg')
ONEDL = ('onedl-mmengine', 'onedl-mmcv', 'onedl-mmsegmentation')
OPENMMLAB = ('mmengine', 'mmcv', 'mmsegmentation')
INSTALL = f'pip install {" ".join(ONEDL)}'


def is_distribution_installed(name: str) -> bool:
    """Tell whether pip knows a distribution of this name."""
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def check_stack() -> None:
    """Refuse to start without an OpenMMLab stack, with half of one, or with two over one another.

    Raises:
        ImportError: In one sentence, with the command that mends it.
    """
    doubled = [
        f'{new} and {old}'
        for new, old in zip(ONEDL, OPENMMLAB, strict=True)
        if is_distribution_installed(new) and is_distribution_installed(old)
    ]
    if doubled:
        raise ImportError(
            f'{", ".join(doubled)} are installed over one another and overwrite '
            f"each other's files: run `pip uninstall -y {' '.join(ONEDL + OPENMMLAB)} && {INSTALL}`"
        )
    if is_distribution_installed('mmcv-lite') and is_distribution_installed('mmsegmentation'):
        raise ImportError(
            'mmcv-lite has no mmcv.ops, which mmsegmentation imports: '
            f'run `pip uninstall -y mmcv-lite mmengine mmsegmentation && {INSTALL}`'
        )
    missing = [module for module in MODULES if find_spec(module) is None]
    if missing:
        raise ImportError(f'mmwsdepth needs {", ".join(missing)}: run `{INSTALL}`')
