import os
import struct
import zlib
from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from mmwsdepth.datasets.bad_file import BadFileError
from mmwsdepth.datasets.depth_io import decode_depth, peek_header, peek_size, read_color
from mmwsdepth.datasets.image_io import decode_color

NOISE = np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8)
DEPTH = np.arange(500, 548, dtype=np.uint16).reshape(6, 8)


def tag(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def upright(path):
    with Image.open(path) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert('RGB'))


def chunk(kind, content):
    body = kind + content
    return struct.pack('>I', len(content)) + body + struct.pack('>I', zlib.crc32(body))


@pytest.mark.parametrize('orientation', [0, *range(1, 10)])
@pytest.mark.parametrize('suffix', ['.jpg', '.png', '.webp.png', '.tiff.png'])
def test_every_format_is_turned_as_pillow_turns_it(tmp_path, suffix, orientation):
    path = tmp_path / f'image{suffix}'
    kind = {'.jpg': 'JPEG', '.png': 'PNG', '.webp.png': 'WEBP', '.tiff.png': 'TIFF'}[suffix]
    options = dict(lossless=True) if kind == 'WEBP' else {}
    Image.fromarray(NOISE).save(path, kind, exif=tag(orientation), **options)
    image, expected = read_color(path), upright(path)
    np.testing.assert_allclose(image[..., ::-1], expected, atol=4)
    assert peek_size(path) == image.shape[:2] == expected.shape[:2]
    np.testing.assert_array_equal(decode_color(path.read_bytes(), 'upload'), image)
    assert image.flags.c_contiguous


@pytest.mark.parametrize('size', [(30, 40), (400, 600)])
@pytest.mark.parametrize('place', ['before', 'behind'])
def test_a_png_s_tag_may_stand_behind_its_pixels(tmp_path, size, place):
    path = tmp_path / 'image.png'
    noise = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    buffer = BytesIO()
    Image.fromarray(noise).save(buffer, 'PNG')
    plain = buffer.getvalue()
    at = plain.index(b'IDAT') - 4 if place == 'before' else plain.rindex(b'IEND') - 4
    exif = chunk(b'eXIf', tag(6).tobytes().removeprefix(b'Exif\0\0'))
    path.write_bytes(plain[:at] + exif + plain[at:])
    np.testing.assert_array_equal(read_color(path)[..., ::-1], np.rot90(noise, -1))
    assert peek_size(path) == size[::-1]


def test_imagemagick_s_profile_in_a_png_counts(tmp_path):
    path = tmp_path / 'image.png'
    buffer = BytesIO()
    Image.fromarray(NOISE).save(buffer, 'PNG')
    plain, exif = buffer.getvalue(), tag(8).tobytes()
    text = b'Raw profile type exif\0\nexif\n%8d\n' % len(exif) + exif.hex().encode() + b'\n'
    at = plain.index(b'IDAT') - 4
    path.write_bytes(plain[:at] + chunk(b'tEXt', text) + plain[at:])
    np.testing.assert_array_equal(read_color(path)[..., ::-1], upright(path))
    assert peek_size(path) == (40, 30)


def tiff(array, kind, orientation=1):
    """The bytes of a plain TIFF; kind is 1 for unsigned, 2 for signed, 3 for float."""
    data, (h, w) = array.tobytes(), array.shape
    tags = [(256, w), (257, h), (258, array.itemsize * 8), (259, 1), (262, 1), (273, 8)]
    tags += [(274, orientation), (277, 1), (278, h), (279, len(data)), (339, kind)]
    fields = b''.join(struct.pack('<HHII', tag, 4, 1, value) for tag, value in tags)
    head = b'II*\0' + struct.pack('<I', 8 + len(data)) + data
    return head + struct.pack('<H', len(tags)) + fields + bytes(4)


@pytest.mark.parametrize('orientation', range(1, 9))
@pytest.mark.parametrize(
    ('dtype', 'kind'), [('u2', 1), ('f4', 3), ('f8', 3), ('u1', 1), ('i2', 2), ('i4', 2)]
)
def test_depth_in_a_tiff_is_turned_by_its_own_tag(tmp_path, dtype, kind, orientation):
    stored = (DEPTH % 100).astype(dtype)
    path = tmp_path / 'depth.tiff'
    path.write_bytes(tiff(stored, kind, orientation))
    expected = np.asarray(ImageOps.exif_transpose(_tagged(stored, orientation)))
    depth = decode_depth(path)
    np.testing.assert_array_equal(depth, expected)
    assert depth.dtype == stored.dtype
    assert peek_header(path) == (expected.shape, orientation)


@pytest.mark.parametrize('orientation', range(1, 9))
def test_depth_in_a_png_is_turned_by_its_own_tag(tmp_path, orientation):
    path = tmp_path / 'depth.png'
    Image.fromarray(DEPTH).save(path, exif=tag(orientation))
    expected = np.asarray(ImageOps.exif_transpose(_tagged(DEPTH, orientation)))
    np.testing.assert_array_equal(decode_depth(path), expected)
    assert peek_header(path) == (expected.shape, orientation)


def _tagged(array, orientation):
    image = Image.fromarray(array.astype(np.int32))
    image.getexif()[0x0112] = orientation
    return image


def test_half_floats_in_a_tiff_are_refused_with_the_mend(tmp_path):
    path = tmp_path / 'depth.tiff'
    path.write_bytes(tiff(DEPTH.astype('f2'), 3))
    with pytest.raises(BadFileError, match=r'depth\.tiff: 16-bit floats, .* convert to 32 bits'):
        decode_depth(path)


@pytest.mark.parametrize(
    'name',
    ['L.png', 'LA.png', 'RGB.png', 'RGBA.png', 'P.png', '1.png', 'L.jpg', 'RGB.jpg', 'CMYK.jpg'],
)
def test_every_kind_of_pixels_becomes_three_bytes(tmp_path, name):
    path = tmp_path / name
    smooth = cv2.resize(NOISE, (80, 60), interpolation=cv2.INTER_CUBIC)
    Image.fromarray(smooth).convert(path.stem).save(path)
    image = read_color(path)
    assert image.shape == (60, 80, 3) and image.dtype == np.uint8
    assert np.abs(image[..., ::-1].astype(int) - upright(path)).mean() < 12


def test_16_bit_gray_becomes_the_upper_8_bits(tmp_path):
    path = tmp_path / 'image.png'
    Image.fromarray(NOISE[..., 0].astype(np.uint16) * 257).save(path)
    np.testing.assert_array_equal(read_color(path), np.repeat(NOISE[..., :1], 3, axis=2))


@pytest.mark.parametrize('name', ['foto\udce9', 'фото', 'a b', '#1', "it's"])
@pytest.mark.parametrize('suffix', ['.png', '.jpg'])
def test_a_file_may_have_any_name(tmp_path, name, suffix):
    path = tmp_path / f'{name}{suffix}'
    with path.open('wb') as file:
        Image.fromarray(NOISE).save(file, 'PNG')
    np.testing.assert_array_equal(read_color(path)[..., ::-1], NOISE)
    assert peek_size(path) == (30, 40)
    path.write_bytes(b'no image')
    with pytest.raises(BadFileError, match='8 bytes') as caught:
        read_color(path)
    assert str(caught.value).encode()
    with pytest.raises(BadFileError):
        peek_size(path)


def png_header(width, height):
    fields = struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', fields) + chunk(b'IDAT', b'') + chunk(b'IEND', b'')


def jpeg_header(width, height):
    buffer = BytesIO()
    Image.fromarray(NOISE).save(buffer, 'JPEG')
    content = buffer.getvalue()
    at = content.index(b'\xff\xc0') + 5
    return content[:at] + struct.pack('>HH', height, width) + content[at + 4 :]


@pytest.mark.parametrize(
    ('name', 'content'),
    [
        ('a.png', png_header(60_000, 60_000)),
        ('a.jpg', jpeg_header(20_000, 20_000)),
        ('a.tiff', tiff(DEPTH, 1).replace(struct.pack('<HHII', 256, 4, 1, 8),
                                          struct.pack('<HHII', 256, 4, 1, 10**8))),
    ],
)  # fmt: skip
@pytest.mark.parametrize('read', [read_color, decode_depth, peek_size])
def test_too_many_pixels_are_refused_before_decoding(tmp_path, monkeypatch, name, content, read):
    monkeypatch.setattr(cv2, 'imdecode', None)
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadFileError, match=r'\d+ million pixels, the limit is 200 million: shrink'):
        read(path)


def test_the_limit_is_the_environment_s(tmp_path, monkeypatch):
    path = tmp_path / 'a.png'
    Image.fromarray(NOISE).save(path)
    monkeypatch.setenv('MMWSDEPTH_MAX_PIXELS', '1199')
    with pytest.raises(
        BadFileError, match=r'a\.png: 30x40 is 0 million pixels, the limit is 0\.00'
    ):
        read_color(path)
    monkeypatch.setenv('MMWSDEPTH_MAX_PIXELS', '1200')
    assert read_color(path).shape == (30, 40, 3)
    monkeypatch.setenv('MMWSDEPTH_MAX_PIXELS', 'many')
    with pytest.raises(ValueError, match=r'^MMWSDEPTH_MAX_PIXELS=many: give a whole number'):
        read_color(path)


@pytest.mark.parametrize('error', [cv2.error('over 2^30\nand more'), MemoryError()])
def test_what_the_decoder_raises_makes_a_bad_file(tmp_path, monkeypatch, error):
    path = tmp_path / 'a.png'
    Image.fromarray(NOISE).save(path)

    def fail(*_):
        raise error

    monkeypatch.setattr(cv2, 'imdecode', fail)
    with pytest.raises(BadFileError, match=r'a\.png: \d+ bytes, truncated or no image') as caught:
        read_color(path)
    assert '\n' not in str(caught.value)


@pytest.mark.filterwarnings('ignore')
@pytest.mark.parametrize('seed', range(20))
@pytest.mark.parametrize('suffix', ['.jpg', '.png', '.tiff'])
def test_whatever_a_file_holds_the_complaint_is_a_bad_file(tmp_path, suffix, seed):
    path = tmp_path / f'a{suffix}'
    Image.fromarray(NOISE).save(path, exif=tag(6))
    rng, content = np.random.default_rng(seed), bytearray(path.read_bytes())
    for place in rng.integers(0, min(len(content), 400), 8):
        content[place] = rng.integers(256)
    path.write_bytes(content)
    for read in (read_color, decode_depth, peek_size):
        try:
            read(path)
        except BadFileError as error:
            assert str(error).startswith(str(path)) and '\n' not in str(error)


@pytest.mark.parametrize('options', [{}, dict(progressive=True), dict(optimize=True)])
def test_a_jpeg_overwritten_in_its_middle_is_refused(tmp_path, options):
    path = tmp_path / 'a.jpg'
    noise = np.random.default_rng(0).integers(0, 256, (400, 400, 3), np.uint8)
    Image.fromarray(noise).save(path, quality=95, **options)
    assert read_color(path).shape == noise.shape
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4096] = np.random.default_rng(1).bytes(4096).replace(b'\xff\xd9', b'')
    path.write_bytes(content)
    with pytest.raises(BadFileError, match=r'a\.jpg: \d+ bytes, (damaged within|truncated)'):
        read_color(path)


@pytest.mark.parametrize('what', ['folder', 'no right'])
def test_what_cannot_be_opened_is_a_bad_file(tmp_path, monkeypatch, what):
    path = tmp_path / 'a.png'
    if what == 'folder':
        path.mkdir()
    elif os.geteuid() == 0:
        pytest.skip('root may read everything')
    else:
        path.touch(0)
    for read in (read_color, decode_depth, peek_size):
        with pytest.raises(BadFileError, match=r'a\.png: (cannot be read|unreadable)'):
            read(path)


def test_a_tag_behind_too_many_pixels_is_not_looked_for(tmp_path, monkeypatch):
    path = tmp_path / 'a.png'
    path.write_bytes(png_header(60_000, 60_000) + chunk(b'eXIf', b'II*\0') + chunk(b'IEND', b''))
    monkeypatch.setattr('mmwsdepth.datasets.image_header.PngImageFile.load', None)
    with pytest.raises(BadFileError, match='is 3600 million pixels'):
        peek_header(path)
