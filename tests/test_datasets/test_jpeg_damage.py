from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from mmwsdepth.datasets.jpeg_damage import has_stray_markers

FORMS = [{}, dict(progressive=True), dict(optimize=True), dict(subsampling=0)]
FORMS += [dict(restart_marker_blocks=3), dict(exif=b'Exif\0\0' + bytes(range(256)))]


def jpeg(seed=0, size=(200, 300), **options):
    """A picture of waves and noise as JPEG."""
    y, x = np.mgrid[: size[0], : size[1]]
    waves = 128 + 90 * np.sin(x / (7 + seed)) * np.cos(y / 11)
    noise = np.random.default_rng(seed).normal(0, 12, size)
    buffer = BytesIO()
    pixels = np.clip(waves + noise, 0, 255).astype(np.uint8)
    Image.fromarray(np.repeat(pixels[..., None], 3, 2)).save(buffer, 'JPEG', quality=90, **options)
    return buffer.getvalue()


@pytest.mark.parametrize('seed', range(5))
@pytest.mark.parametrize('options', FORMS)
def test_whole_files_are_whole(seed, options):
    content = jpeg(seed, **options)
    assert not has_stray_markers(content)
    assert not has_stray_markers(content + b'trailing \xff\x01\xff\xc0 bytes' + content)


@pytest.mark.parametrize('value', [0, 128, 255])
@pytest.mark.parametrize('options', FORMS)
def test_flat_pictures_are_whole(value, options):
    buffer = BytesIO()
    Image.new('RGB', (300, 200), (value,) * 3).save(buffer, 'JPEG', **options)
    assert not has_stray_markers(buffer.getvalue())


@pytest.mark.parametrize('seed', range(10))
@pytest.mark.parametrize('options', FORMS)
def test_four_foreign_kilobytes_are_noticed(seed, options):
    content = bytearray(jpeg(seed, **options))
    middle = len(content) // 2
    foreign = np.random.default_rng(seed).bytes(4096).replace(b'\xff\xd9', b'')
    content[middle : middle + len(foreign)] = foreign
    assert has_stray_markers(bytes(content))


@pytest.mark.parametrize(
    'content', [b'', b'\xff', b'\xff\xd8', b'\xff\xd8\xff', b'\xff\xd8\xff\xda\0']
)
def test_what_has_no_pixels_is_left_to_the_decoder(content):
    assert not has_stray_markers(content)
