"""Find damage within a JPEG that decoders paint over."""

import numpy as np

_START_OF_SCAN, _END, _FILL = 0xDA, 0xD9, 0xFF
_BETWEEN_SCANS = {_START_OF_SCAN, 0xC4, 0xDB, 0xDC, 0xDD, 0xFE, *range(0xE0, 0xF0)}


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
    places = np.flatnonzero(content[:-1] == 0xFF)
    kinds = content[places + 1]
    is_data = (kinds == 0) | (kinds == _FILL) | ((kinds >= 0xD0) & (kinds <= 0xD7))
    end = start
    for place in (places[~is_data] + start).tolist():
        if place < end:
            continue
        kind = data[place + 1]
        if kind == _END:
            return False
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4], 'big')
        is_chain = kind == _START_OF_SCAN or data[end : end + 1] == b'\xff'
        if kind not in _BETWEEN_SCANS or not is_chain:
            return True
    return False


def _first_scan(data: bytes) -> int | None:
    """Where the compressed pixels begin; None if the segments before them are no chain."""
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], 'big')
        if marker == _FILL:
            place += 1
            continue
        place += 2 + length
        if marker == _START_OF_SCAN:
            return place if place < len(data) else None
    return None
