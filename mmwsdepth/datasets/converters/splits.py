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
        test_share: Share of the frames for testing; with 0 there is no split.

    Returns:
        'train', 'test' or ''.
    """
    if test_share == 0:
        return ''
    return 'test' if index >= count - round(count * test_share) else 'train'
