"""Name inputs so that the files made from them do not overwrite each other."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath


def folded(name: str) -> str:
    """Fold what some file systems do not tell apart: case, and ways to write an accent."""
    return unicodedata.normalize('NFC', name).casefold()


def short_names(
    paths: Sequence[str], keep_suffix: Sequence[bool], are_folders: Sequence[bool]
) -> list[str]:
    """Take the suffix off each path where two names do not become one by it.

    Args:
        paths: Relative paths with `/`.
        keep_suffix: Which of these keep their suffix in any case.
        are_folders: Which of these name a folder, that no other file may be in.
    """
    keep = list(keep_suffix)
    while True:
        names = [
            path if kept else str(PurePosixPath(path).with_suffix(''))
            for path, kept in zip(paths, keep, strict=True)
        ]
        keys = [folded(name) for name in names]
        uses = Counter(keys)
        parents = {str(parent) for key in keys for parent in PurePosixPath(key).parents}
        wanted = [
            kept or uses[key] > 1 or (is_folder and key in parents)
            for kept, key, is_folder in zip(keep, keys, are_folders, strict=True)
        ]
        if wanted == keep:
            return names
        keep = wanted
