import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmwsdepth.apis.inputs import open_source
from mmwsdepth.apis.video import count_frames
from mmwsdepth.datasets.depth_io import BadFileError

SIZE, NUM = (96, 160), 30
ONE = 1 << 16


def film(path: Path, code: str) -> Path:
    """Frames with a box that moves by 4 pixels each, and a red corner at the top left."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*code), 30, SIZE[::-1])
    rng = np.random.default_rng(0)
    for index in range(NUM):
        frame = np.full((*SIZE, 3), 60, np.uint8)
        frame[:20, :20] = 0, 0, 255
        frame[40:70, 4 * index : 4 * index + 30] = 0, 255, 0
        writer.write(np.clip(frame + rng.normal(0, 15, frame.shape), 0, 255).astype(np.uint8))
    writer.release()
    return path


def shown(image: np.ndarray) -> int:
    """Tell a frame's number by its box."""
    columns = np.flatnonzero(image[40:70, :, 1].mean(0) > 150)
    return round((columns.max() - 29) / 4)


@pytest.fixture(scope='module')
def mp4(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return film(tmp_path_factory.mktemp('films') / 'a.mp4', 'mp4v').read_bytes()


def played(path: Path, **options: int) -> tuple[dict[int, np.ndarray], list[str]]:
    found = list(open_source(path, **options).frames)
    errors = [str(item) for item in found if isinstance(item, BadFileError)]
    frames = [item for item in found if not isinstance(item, BadFileError)]
    return {int(frame.name[-6:]): frame.image for frame in frames}, errors


def damaged(mp4: bytes, path: Path) -> Path:
    content = bytearray(mp4)
    start = mp4.find(b'mdat')
    third = struct.unpack('>I', mp4[start - 4 : start])[0] // 3
    content[start + third : start + 2 * third] = bytes(third)
    path.write_bytes(content)
    return path


def test_a_damaged_video_goes_on_behind_the_damage(tmp_path: Path, mp4: bytes) -> None:
    path = damaged(mp4, tmp_path / 'a.mp4')
    frames, errors = played(path)
    assert max(frames) == NUM - 1 and set(range(8)) < set(frames)
    for index in (0, 5, 27, 28, 29):
        assert shown(frames[index]) == index
    lost = NUM - len(frames)
    assert 5 < lost < 15
    assert errors == [
        f'{path}: {lost} of 30 frames unreadable: copy it anew, unless it was trimmed'
    ]


def test_skipped_frames_keep_their_place_behind_the_damage(tmp_path: Path, mp4: bytes) -> None:
    path = damaged(mp4, tmp_path / 'a.mp4')
    frames, _ = played(path, every=7)
    assert {0, 7, 28} <= set(frames) <= {0, 7, 14, 21, 28}
    assert shown(frames[28]) == 28
    assert played(path, max_frames=3)[1] == []


def test_a_video_cut_off_is_counted(tmp_path: Path) -> None:
    path = film(tmp_path / 'a.avi', 'MJPG')
    assert played(path)[1] == []
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    frames, (error,) = played(path)
    assert sorted(frames) == list(range(len(frames)))
    assert f'{NUM - len(frames)} of 30 frames unreadable' in error


@pytest.mark.parametrize('claimed', [0, 7, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_header_that_counts_wrongly_loses_no_frame(tmp_path: Path, claimed: int) -> None:
    path = film(tmp_path / 'a.avi', 'MJPG')
    content = bytearray(path.read_bytes())
    for tag, offset in ((b'avih', 24), (b'strh', 40)):
        at = content.find(tag) + offset
        assert content[at : at + 4] == struct.pack('<I', NUM)
        content[at : at + 4] = struct.pack('<I', claimed)
    path.write_bytes(content)
    frames, errors = played(path)
    assert sorted(frames) == list(range(NUM))
    assert errors == []


@pytest.mark.parametrize('content', [b'', b'no video' * 100])
def test_a_broken_video_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / 'a.mp4'
    path.write_bytes(content)
    assert open_source(path).total == 1 and count_frames(path) is None
    sentence = f'{path}: no video that OpenCV reads: copy it anew, or encode it as H.264'
    assert played(path) == ({}, [sentence])


@pytest.mark.parametrize(
    'matrix',
    [
        (0, ONE, 0, -ONE, 0, 0, SIZE[0] * ONE, 0, 1 << 30),
        (-ONE, 0, 0, 0, -ONE, 0, SIZE[1] * ONE, SIZE[0] * ONE, 1 << 30),
        (0, -ONE, 0, ONE, 0, 0, 0, SIZE[1] * ONE, 1 << 30),
    ],
    ids=['90', '180', '270'],
)
def test_a_video_is_turned_upright(tmp_path: Path, mp4: bytes, matrix, request) -> None:
    content = bytearray(mp4)
    at = content.find(b'tkhd') + 4 + 24 + 16
    content[at : at + 36] = struct.pack('>9i', *matrix)
    (tmp_path / 'a.mp4').write_bytes(content)
    image = played(tmp_path / 'a.mp4', max_frames=1)[0][0]
    quarters = int(request.node.callspec.id) // 90
    expected = np.rot90(np.arange(SIZE[0] * SIZE[1]).reshape(SIZE), -quarters)
    assert image.shape[:2] == expected.shape
    row, column = np.argwhere(expected == 10 * SIZE[1] + 10)[0]
    assert image[row, column, 2] > 180 and image[row, column, 1] < 80
