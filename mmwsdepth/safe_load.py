"""Checkpoints are read as data and never as code, whatever the stack."""

import hashlib
import os
import re
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from mmengine.dist import barrier, is_main_process
from mmengine.logging import HistoryBuffer
from mmengine.runner import CheckpointLoader
from mmengine.runner import checkpoint as mmengine_checkpoint

from .integrity import damaged_entry, digest_of, names_of_broken

PACKAGE_SCHEME = 'package://'
_STATISTICS = ('min', 'max', 'current', 'mean')
_ZOOS = ('modelzoo', 'torchvision', 'open-mmlab', 'openmmlab', 'mmcls')
EXECUTED_ON_RESUME = 'config'  # MMEngine runs this text of the metadata as a Python config
_UNSAFE = (
    '{}: refused, since it holds {} beside weights and could run code: save its state_dict alone '
    'where it was made'
)
_INCOMPLETE = (
    '{}: {} bytes that are no complete checkpoint: copy it anew or resume from an earlier one'
)
_DAMAGED = '{}: damaged, since the checksum of {} does not match: copy it anew'
_DIGEST = re.compile(r'-([0-9a-f]{8,})\.[^.]+$')  # in a file's name, by the convention of torch.hub


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
        ValueError: The file is truncated, damaged, not a checkpoint, has weights that are NaN or
            infinite, or holds objects other than tensors, numbers, text and log buffers (such a
            file could run code when unpickled).
    """
    path = os.path.expanduser(filename)
    if not os.path.isfile(path):
        raise FileNotFoundError(f'{filename}: no such checkpoint')
    size = os.path.getsize(path)
    damaged = damaged_entry(path)
    if damaged is not None:
        raise ValueError(_DAMAGED.format(filename, damaged))
    try:
        with torch.serialization.safe_globals(_safe_globals()):
            checkpoint = torch.load(path, map_location=map_location, weights_only=True)
    except UnpicklingError as error:
        found = re.search(r'GLOBAL ([\w.]+)', str(error))
        if found or zipfile.is_zipfile(path):
            name = found[1] if found else 'objects'
            raise ValueError(_UNSAFE.format(filename, name)) from None
        raise ValueError(_INCOMPLETE.format(filename, size)) from None
    except Exception:
        raise ValueError(_INCOMPLETE.format(filename, size)) from None
    if not all(_is_plain(array) for array in _arrays_in(checkpoint)):
        raise ValueError(_UNSAFE.format(filename, 'structured arrays'))
    broken = names_of_broken(checkpoint)
    if broken:
        raise ValueError(
            f'{filename}: {broken[0]} (of {len(broken)} such tensors) holds NaN or infinite '
            'values, as after a diverged training: take an earlier checkpoint'
        )
    if isinstance(checkpoint, dict) and isinstance(checkpoint.get('meta'), dict):
        checkpoint['meta'].pop(EXECUTED_ON_RESUME, None)
    return checkpoint


def _load_published(path: Path, map_location: Any = None) -> Any:
    """Read a file whose name may hold the beginning of its SHA-256, and hold it against that."""
    checkpoint = load_checkpoint_file(str(path), map_location)
    expected = _DIGEST.search(path.name)
    if expected and not digest_of(path).startswith(expected[1]):
        raise ValueError(_DAMAGED.format(path, 'the file'))
    return checkpoint


def _arrays_in(node: Any) -> Iterator[np.ndarray]:
    if isinstance(node, np.ndarray):
        yield node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _arrays_in(key)
            yield from _arrays_in(value)
    elif isinstance(node, list | tuple | set):
        for value in node:
            yield from _arrays_in(value)
    elif isinstance(node, HistoryBuffer):
        yield from _arrays_in(vars(node))


def _is_plain(array: np.ndarray) -> bool:
    dtype = array.dtype
    return dtype.fields is None and not dtype.hasobject and dtype.kind in 'biuf'


def _load_from_package(filename: str, map_location: Any = None) -> Any:
    package, _, inside = filename.removeprefix(PACKAGE_SCHEME).partition('/')
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(
            f'{filename}: the package {package} is not installed: '
            f'run `pip install {package.replace("_", "-")}`'
        )
    return _load_published(Path(spec.origin).parent / inside, map_location)


def _load_from_url(filename: str, map_location: Any = None) -> Any:
    name = os.path.basename(filename.split('?')[0])
    if not _DIGEST.search(name):  # `student.pth` of two addresses are two files
        name = f'{hashlib.sha256(filename.encode()).hexdigest()[:12]}_{name}'
    path = Path(torch.hub.get_dir()) / 'checkpoints' / name
    if is_main_process() and not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        digest = _DIGEST.search(path.name)
        try:
            torch.hub.download_url_to_file(filename, str(path), digest[1] if digest else None)
        except OSError as error:
            raise ValueError(
                f'{filename}: could not be downloaded ({error}): put the file at {path}, or '
                "set the backbone's init_cfg=None"
            ) from None
    barrier()
    return _load_published(path, map_location)


def _refuse(filename: str, map_location: Any = None) -> Any:
    raise ValueError(f'{filename}: read from a local file or a URL instead, which is safe')


def register_safe_load() -> None:
    """Replace MMEngine's readers, and add `package://NAME/FILE`.

    Named model zoos (`open-mmlab://`, `torchvision://`, ...) look a URL up and hand it to
    MMEngine's function for URLs, which is replaced; cloud storage is refused.
    """
    for scheme in CheckpointLoader._schemes:
        if not scheme.startswith(_ZOOS):
            CheckpointLoader.register_scheme(scheme, _refuse, force=True)
    CheckpointLoader.register_scheme('', load_checkpoint_file, force=True)
    CheckpointLoader.register_scheme(('http://', 'https://'), _load_from_url, force=True)
    CheckpointLoader.register_scheme(PACKAGE_SCHEME, _load_from_package, force=True)
    mmengine_checkpoint.load_from_http = _load_from_url
