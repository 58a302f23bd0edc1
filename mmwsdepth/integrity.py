"""Whether a checkpoint is what was saved, and can be used."""

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

_WEIGHTS = ('state_dict', 'ema_state_dict', 'optimizer')


def names_of_broken(checkpoint: Any) -> list[str]:
    """List the weights that are NaN or infinite.

    Args:
        checkpoint: A checkpoint with metadata, or weights alone; nothing else has any.

    Returns:
        Their keys; an optimizer's are numbers of its parameters.
    """
    if not isinstance(checkpoint, dict):
        return []
    parts = [checkpoint[name] for name in _WEIGHTS if name in checkpoint]
    return [name for part in parts or [checkpoint] for name in _broken_in(part, '')]


def _broken_in(node: Any, name: str) -> Iterator[str]:
    if isinstance(node, torch.Tensor):
        if node.is_floating_point() and not node.isfinite().all():
            yield name
    elif isinstance(node, dict | list | tuple):
        children = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in children:
            yield from _broken_in(value, f'{name}.{key}' if name else str(key))


def damaged_entry(path: str) -> str | None:
    """Find a part of a file whose bytes contradict its checksum, which torch does not look at.

    Files of older PyTorch have no checksums, nor have those that were saved without.
    """
    if not zipfile.is_zipfile(path):
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            if not any(entry.CRC for entry in archive.infolist()):
                return None
            return archive.testzip()
    except Exception:
        return 'an entry'


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open('rb') as file:
        while chunk := file.read(2**20):
            digest.update(chunk)
    return digest.hexdigest()
