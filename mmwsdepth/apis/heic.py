"""Tell HEIC files, which phones make and OpenCV does not read."""

HEIC_SUFFIXES = ('.heic', '.heif')
HEAD = 12
CONVERT = (
    'HEIC is not read here: convert it to JPEG, such as by `heif-convert IN.heic OUT.jpg`, or let '
    "the phone's camera save JPEG"
)
_BRANDS = (b'heic', b'heix', b'heim', b'heis', b'hevc', b'hevx', b'mif1', b'msf1')


def is_heic(head: bytes) -> bool:
    """Tell by a file's first `HEAD` bytes whether it is HEIC, whatever its name says."""
    return head[4:8] == b'ftyp' and head[8:HEAD] in _BRANDS
