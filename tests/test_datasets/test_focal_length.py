import json
import math
import os
from pathlib import Path

import pytest
from PIL import Image

from mmwsdepth.datasets.depth_io import BadFileError
from mmwsdepth.datasets.focal_length import find_focal_length

SIZE = (24, 36)


def photo(path: Path, equivalent: float | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new('RGB', SIZE[::-1])
    exif = image.getexif()
    if equivalent is not None:
        exif.get_ifd(0x8769)[0xA405] = equivalent
    image.save(path, exif=exif)
    return path


def test_a_35_mm_equivalent_refers_to_the_diagonal(tmp_path: Path) -> None:
    path = photo(tmp_path / 'a.jpg', 28)
    assert find_focal_length(path, SIZE) == pytest.approx((28, 28))
    assert find_focal_length(path, (240, 360)) == pytest.approx((280, 280))
    assert find_focal_length(path, (36, 24)) == pytest.approx((28, 28))
    square = math.hypot(36, 24) / math.sqrt(2)
    assert find_focal_length(path, (round(square * 100), round(square * 100))) == pytest.approx(
        (2800, 2800), rel=1e-3
    )


@pytest.mark.parametrize('equivalent', [None, 0])
def test_an_unknown_length_is_none(tmp_path: Path, equivalent: float | None) -> None:
    assert find_focal_length(photo(tmp_path / 'a.jpg', equivalent), SIZE) is None


def test_what_is_no_image_has_none(tmp_path: Path) -> None:
    (tmp_path / 'a.mp4').write_bytes(b'no image')
    assert find_focal_length(tmp_path / 'a.mp4', SIZE) is None
    assert find_focal_length(tmp_path / 'nothing.jpg', SIZE) is None


def test_a_manifest_counts_before_exif(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = photo(tmp_path / 'a.jpg', 28)
    manifest = tmp_path / 'manifest.json'
    manifest.write_text('{"focal_length": 525.5}')
    assert find_focal_length(path, SIZE) == (525.5, 525.5)
    monkeypatch.chdir(tmp_path)
    assert find_focal_length(Path('a.jpg'), SIZE) == (525.5, 525.5)
    manifest.write_text('{"focal_length": 100}')
    os.utime(manifest, ns=(0, 0))
    assert find_focal_length(path, SIZE) == (100, 100)


def test_a_prepared_data_set_says_it_for_each_image(tmp_path: Path) -> None:
    first, second = (photo(tmp_path / f'images/test/s/{name}.jpg', 28) for name in 'ab')
    files = [
        dict(name='s/a', image=dict(path='images/test/s/a.jpg'), focal=[500.0, 510.0]),
        dict(name='s/b', image=dict(path='images/test/s/b.jpg')),
    ]
    (tmp_path / 'manifest.json').write_text(json.dumps(dict(files=files)))
    assert find_focal_length(first, SIZE) == (500, 510)
    assert find_focal_length(second, SIZE) == pytest.approx((28, 28))


@pytest.mark.parametrize(
    'text', ['[1]', '{}', '{"files": 3}', '{"files": [1, {"focal": [1, 1]}]}', '{"files": [{}]}']
)
def test_a_manifest_of_something_else_is_passed_over(tmp_path: Path, text: str) -> None:
    (tmp_path / 'manifest.json').write_text(text)
    assert find_focal_length(photo(tmp_path / 'a.jpg', 28), SIZE) == pytest.approx((28, 28))


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('{"focal', r'manifest\.json: not JSON'),
        ('{"focal_length": -3}', r'is \[-3, -3\]: give positive numbers'),
        ('{"focal_length": "500 px"}', 'give positive numbers of pixels'),
        ('{"focal_length": Infinity}', 'give positive numbers of pixels'),
        ('{"files": [{"image": {"path": "a.jpg"}, "focal": [3]}]}', r'is \[3\]: give'),
    ],
)
def test_a_wrong_manifest_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / 'manifest.json').write_text(text)
    with pytest.raises(BadFileError, match=message):
        find_focal_length(tmp_path / 'a.jpg', SIZE)
