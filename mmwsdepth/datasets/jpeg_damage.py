"""Find damage within a JPEG that decoders paint over."""

import numpy as np

_START_OF_SCAN, _END = 0xDA, 0xD9


def has_stray_markers(data: bytes) -> bool:
    """Tell whether compressed pixels hold a marker that cannot stand there.

    Decoders go on after it with wrong pixels. Damage that makes no such marker is not found.

    Args:
        data: A JPEG file.
    """
    start = _first_scan(data)
    if start is None:
        return False
    content = np.frombuffer(data, np.uint8, offset=start)
    markers = content[1:][content[:-1] == 0xFF]
    ends = np.flatnonzero(markers == _END)
    markers = markers[: ends[0]] if len(ends) else markers
    if ((markers >= 0xE0) & (markers < 0xF0) | (markers == 0xFE)).any():
        return False  # a segment with bytes of any kind lies between two scans
    return bool(((markers > 0) & (markers < 0xC0) | (markers >= 0xF0) & (markers < 0xFE)).any())


def _first_scan(data: bytes) -> int | None:
    """Where the compressed pixels begin; None if the segments before them are no chain."""
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4])
        if marker == 0xFF:
            place += 1
            continue
        place += 2 + length
        if marker == _START_OF_SCAN:
            return place if place < len(data) else None
    return None
