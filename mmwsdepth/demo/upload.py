"""What the page may send: whole JPEG and PNG images of bounded size."""

import asyncio
from collections.abc import AsyncIterable
from io import BytesIO
from typing import BinaryIO

import cv2
import numpy as np
from PIL import Image

from mmwsdepth.apis.heic import CONVERT, HEAD, HEIC_SUFFIXES, is_heic

TYPES = ('image/jpeg', 'image/png')
MAX_PIXELS = 50_000_000
PATIENCE = 10
LEAST_RATE = 100_000
_MEGABYTE = 10**6
_SHRINK = f'the limit is {MAX_PIXELS // 10**6} million: shrink the image'


class RefusedError(Exception):
    """A request that cannot be served.

    Args:
        sentence: What was found and the mend, for the person at the page.
        status: Of the HTTP response.
    """

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


async def receive_image(
    chunks: AsyncIterable[bytes],
    file: BinaryIO,
    name: str,
    media_type: str,
    max_megabytes: float,
) -> None:
    """Write down a file that arrives in pieces, never more than may be sent.

    Too large a file is read to its end and thrown away: a browser shows no answer that comes
    before.

    Args:
        chunks: The body of the request.
        file: To write to.
        name: Of the file, for sentences.
        media_type: As the browser tells it. No other site can send one of `TYPES` to this server
            without the browser asking first, which is never granted.
        max_megabytes: Largest size in millions of bytes.

    Raises:
        RefusedError: The type is no image's that can be read, or the file is empty, too large or
            slower than `LEAST_RATE`.
    """
    size, pieces, clock = 0, aiter(chunks), asyncio.get_running_loop().time
    is_known, began = media_type in TYPES, clock()
    while True:
        try:
            until = began + PATIENCE + size / LEAST_RATE
            chunk = await asyncio.wait_for(anext(pieces), until - clock())
        except StopAsyncIteration:
            break
        except TimeoutError:
            raise RefusedError(
                f'{name}: only {size} bytes came in {clock() - began:.0f} s: give the image again '
                'over a faster line',
                408,
            ) from None
        size += len(chunk)
        if is_known and size <= max_megabytes * _MEGABYTE:
            file.write(chunk)
    if not is_known:
        if 'heic' in media_type or 'heif' in media_type or name.lower().endswith(HEIC_SUFFIXES):
            raise RefusedError(f'{name}: {CONVERT}', 415)
        found = media_type or 'a file of unknown type'
        raise RefusedError(f'{name}: {found} is not read here: give a JPEG or PNG image', 415)
    if size > max_megabytes * _MEGABYTE:
        raise RefusedError(
            f'{name}: {size / _MEGABYTE:.1f} MB, the limit is {max_megabytes:g} MB: shrink the '
            'image, or start the demo with a larger --max-megabytes',
            413,
        )
    if not size:
        raise RefusedError(f'{name}: 0 bytes: give a JPEG or PNG image', 422)


def decode_image(data: bytes, name: str) -> np.ndarray:
    """Decode an image after looking at its header, and only if it is whole.

    Args:
        data: A file's bytes.
        name: Of the file, for sentences.

    Returns:
        (H, W, 3) uint8, BGR, upright, as `read_color` reads it.

    Raises:
        RefusedError: It is not a JPEG or PNG, has more than `MAX_PIXELS`, or is damaged.
    """
    try:
        with Image.open(BytesIO(data), formats=('JPEG', 'PNG')) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise RefusedError(
                    f'{name}: {width}x{height} is {width * height / 1e6:.0f} million pixels, '
                    f'{_SHRINK}',
                    413,
                )
            image.load()
    except Image.DecompressionBombError:
        raise RefusedError(
            f'{name}: over {2 * (Image.MAX_IMAGE_PIXELS or 0) / 1e6:.0f} million pixels, {_SHRINK}',
            413,
        ) from None
    except Image.UnidentifiedImageError:
        if is_heic(data[:HEAD]):
            raise RefusedError(f'{name}: {CONVERT}', 415) from None
        raise RefusedError(
            f'{name}: {len(data)} bytes that are no JPEG or PNG: export it as one of these', 415
        ) from None
    except (OSError, SyntaxError, ValueError, TypeError) as error:
        raise RefusedError(
            f'{name}: {len(data)} bytes, a damaged image ({error}): copy it anew', 422
        ) from None
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        raise RefusedError(
            f'{name}: {len(data)} bytes that OpenCV does not read: export it anew', 422
        )
    return decoded
