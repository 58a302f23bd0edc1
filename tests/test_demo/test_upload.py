import asyncio
import struct
import zlib
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmwsdepth.datasets.depth_io import read_color
from mmwsdepth.demo.upload import MAX_PIXELS, RefusedError, decode_image, receive_image

from .conftest import encoded


def receive(*chunks: bytes, media_type: str = 'image/png', limit: float = 1e-5) -> bytes:
    async def arriving() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    file = BytesIO()
    asyncio.run(receive_image(arriving(), file, 'a.png', media_type, limit))
    return file.getvalue()


def header_alone(width: int, height: int) -> bytes:
    """A PNG of so many pixels, none of which are in it."""
    size = struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)
    chunks = [(b'IHDR', size), (b'IDAT', b'')]
    return b'\x89PNG\r\n\x1a\n' + b''.join(
        struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
        for kind, data in chunks
    )


def test_pieces_are_put_together_up_to_the_limit() -> None:
    assert receive(b'12345', b'67890') == b'1234567890'


@pytest.mark.parametrize(
    ('chunks', 'media_type', 'status', 'sentence'),
    [
        ([b'12345', b'678901'], 'image/png', 413, r'a\.png: 0\.0 MB, the limit is 1e-05 MB'),
        ([b'1'], 'video/mp4', 415, r'a\.png: video/mp4 is not read here: give a JPEG or PNG'),
        ([b'1'], 'image/heif', 415, r'a\.png: HEIC is not read here: convert it to JPEG'),
        ([b'1'], '', 415, r'a\.png: a file of unknown type is not read'),
        ([], 'image/jpeg', 422, r'a\.png: 0 bytes: give'),
    ],
)
def test_what_may_not_be_sent_is_refused(chunks, media_type, status, sentence) -> None:
    with pytest.raises(RefusedError, match=sentence) as refusal:
        receive(*chunks, media_type=media_type)
    assert refusal.value.status == status


@pytest.mark.parametrize('orientation', [1, 6])
@pytest.mark.parametrize('kind', ['PNG', 'JPEG'])
def test_an_image_is_decoded_as_from_disk(tmp_path: Path, kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(kind=kind, exif=exif)
    path = tmp_path / f'a.{kind.lower()}'
    path.write_bytes(data)
    np.testing.assert_array_equal(decode_image(data, path.name), read_color(path))


@pytest.mark.parametrize(
    ('data', 'status', 'sentence'),
    [
        (b'hello', 415, '5 bytes that are no JPEG or PNG'),
        (encoded(kind='GIF'), 415, 'bytes that are no JPEG or PNG'),
        (encoded(kind='JPEG')[:-200], 422, 'a damaged image .*: copy it anew'),
        (encoded()[:-200], 422, 'a damaged image .*: copy it anew'),
        (header_alone(10_000, 5_001), 413, '10000x5001 is 50 million pixels, the limit is 50'),
        (header_alone(60_000, 60_000), 413, 'over 179 million pixels, the limit is 50 million'),
    ],
    ids=['text', 'gif', 'cut-jpeg', 'cut-png', 'large', 'huge'],
)
def test_what_is_no_whole_image_is_refused(data: bytes, status: int, sentence: str) -> None:
    assert MAX_PIXELS == 50_000_000
    with pytest.raises(RefusedError, match=f'^photo: .*{sentence}') as refusal:
        decode_image(data, 'photo')
    assert refusal.value.status == status
