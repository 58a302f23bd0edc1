"""Which split a pair belongs to."""

from pathlib import Path

_SPLITS = {
    'train': 'train', 'training': 'train', 'val': 'test', 'validation': 'test', 'test': 'test',
    'testing': 'test',
}  # fmt: skip


def split_of(path: Path) -> str:
    """The split that a folder in this path names, the last one counting; '' if none does."""
    named = [_SPLITS[part.lower()] for part in path.parts if part.lower() in _SPLITS]
    return named[-1] if named else ''


def split_at(folder: Path, src: Path) -> str:
    """The split of a layout that ends in SPLIT/NAME or in SPLIT, wherever in it the source lies.

    Args:
        folder: Of the layout. It and the one around it count, and those between it and the source.
        src: What the user named.
    """
    folder, src = folder.absolute(), src.absolute()
    below = folder.relative_to(src) if folder.is_relative_to(src) else Path()
    return split_of(Path(*folder.parts[-2:])) or split_of(below)


def recording_name(src: Path, path: Path) -> str:
    """A recording's name: its path below the source, or its own name if it is the source.

    Args:
        src: What the user named.
        path: The recording, without suffix.
    """
    below = path.relative_to(src).as_posix() if path.is_relative_to(src) else path.name
    return path.resolve().name if below == '.' else below


def tail_split(index: int, count: int, test_share: float) -> str:
    """Part a recording: its last frames are for testing, since neighbors look alike.

    Args:
        index: Of the frame, from 0.
        count: Number of frames of the recording.
        test_share: Share of the frames for testing, one of two or more at least; with 0 there is no
            split.

    Returns:
        'train', 'test' or ''.
    """
    if test_share == 0:
        return ''
    num_test = max(round(count * test_share), 1 if count > 1 else 0)
    return 'test' if index >= count - num_test else 'train'
