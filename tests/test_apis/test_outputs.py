import errno
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmwsdepth.apis.inputs import Entry, Frame
from mmwsdepth.apis.outputs import DepthWriter
from mmwsdepth.datasets.depth_io import BadFileError, read_depth
from mmwsdepth.visualization.depth_picture import draw_depth

SIZE = (12, 20)
WAYS = r'--focal-length, .* manifest\.json beside .* EXIF'


@pytest.fixture
def depth() -> np.ndarray:
    return np.random.default_rng(0).uniform(1, 8, SIZE).astype(np.float32)


@pytest.fixture
def frame(tmp_path: Path) -> Frame:
    return Frame('s/a.b', np.full((*SIZE, 3), (10, 20, 30), np.uint8), tmp_path / 's' / 'a.b.jpg')


def written(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob('*') if path.is_file()}


def test_each_kind_goes_to_its_folder_and_is_read_back(tmp_path, frame, depth) -> None:
    out = tmp_path / 'out'
    DepthWriter(out, ['ply', 'png', 'npy', 'color', 'png'], 30, (1, 9)).write(frame, depth)
    files = {'png/s/a.b.png', 'npy/s/a.b.npy', 'color/s/a.b.png', 'ply/s/a.b.ply'}
    assert written(out) == files
    np.testing.assert_array_equal(np.load(out / 'npy/s/a.b.npy'), depth)
    png = read_depth(out / 'png/s/a.b.png', 0.001, (0.1, 20))
    np.testing.assert_allclose(png, depth, atol=5.01e-4)
    picture = cv2.imread(str(out / 'color/s/a.b.png'))[..., ::-1]
    np.testing.assert_array_equal(picture, draw_depth(depth, (1, 9)))
    header, _, body = (out / 'ply/s/a.b.ply').read_bytes().partition(b'end_header\n')
    assert f'element vertex {depth.size}\n'.encode() in header
    assert len(body) == depth.size * 15


def test_the_manifest_serves_where_no_length_is_given(tmp_path, frame, depth) -> None:
    (tmp_path / 'manifest.json').write_text('{"focal_length": 30}')
    for folder, focal_length in (('a', 30), ('b', None), ('c', 60)):
        DepthWriter(tmp_path / folder, ['ply'], focal_length).write(frame, depth)
    a, b, c = ((tmp_path / folder / 'ply/s/a.b.ply').read_bytes() for folder in 'abc')
    assert a == b != c


def test_an_image_without_length_still_gets_the_other_kinds(tmp_path, frame, depth) -> None:
    out = tmp_path / 'out'
    with pytest.raises(BadFileError, match=rf'a\.b\.jpg: a point cloud needs .*{WAYS}'):
        DepthWriter(out, ['ply', 'npy']).write(frame, depth)
    assert written(out) == {'npy/s/a.b.npy'}


def test_a_length_that_nothing_says_is_complained_of_before_the_work(tmp_path, frame) -> None:
    (tmp_path / 'with').mkdir()
    entries = []
    for name in ('a', 'with/b'):
        entries.append(Entry(name, tmp_path / f'{name}.jpg', False))
        entries[-1].path.touch()
    (tmp_path / 'with' / 'manifest.json').write_text('{"focal_length": 30}')
    with pytest.raises(ValueError, match=rf'a\.jpg: a point cloud needs .*{WAYS}'):
        DepthWriter(tmp_path, ['ply']).check(entries[:1])
    with pytest.raises(ValueError, match=r'^a point cloud needs'):
        DepthWriter(tmp_path, ['ply']).check([])
    DepthWriter(tmp_path, ['ply']).check(entries)
    DepthWriter(tmp_path, ['ply'], 30).check([])
    DepthWriter(tmp_path, ['png']).check([])


def test_exr_is_written_where_opencv_can(tmp_path, frame, depth) -> None:
    if not cv2.haveImageWriter('a.exr'):
        with pytest.raises(ValueError, match='has no EXR here: take npy, also float32'):
            DepthWriter(tmp_path, ['exr'])
        return
    DepthWriter(tmp_path, ['exr']).write(frame, depth)
    exr = cv2.imread(str(tmp_path / 'exr/s/a.b.exr'), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(exr, depth)


def test_a_file_that_cannot_be_written_is_one_sentence_and_the_others_are(tmp_path, frame, depth):
    (tmp_path / 'color').write_text('no folder')
    writer = DepthWriter(tmp_path, ['npy', 'color'])
    with pytest.raises(BadFileError, match=r'^\S*color/s/a\.b\.png: cannot be written \(Not a dir'):
        writer.write(frame, depth)
    assert written(tmp_path) == {'npy/s/a.b.npy', 'color'}
    assert writer.written == 1


def test_what_is_not_written_does_not_count(tmp_path, frame, depth, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    out = tmp_path / 'out'
    writer = DepthWriter(out, ['png', 'npy', 'color', 'ply'], 30)
    writer.write(frame, depth)
    before = {path: path.read_bytes() for path in out.rglob('*') if path.is_file()}
    monkeypatch.setattr('os.replace', full)
    with pytest.raises(
        BadFileError, match=r'a\.b\.png: cannot be written \(No space left'
    ) as error:
        writer.write(frame, depth + 1)
    assert str(error.value).count('cannot be written') == 4
    assert writer.written == 1
    assert before == {path: path.read_bytes() for path in out.rglob('*') if path.is_file()}


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(kinds=['jpg']), "output 'jpg' is none of png, npy, exr, color, ply"),
        (dict(focal_length=0), 'focal length is 0: give a positive number'),
        (dict(focal_length=float('nan')), 'focal length is nan'),
        (dict(limits=(3, 3)), 'colors from 3 to 3 m: give near before far'),
    ],
)
def test_options_that_cannot_be_meant_are_refused(tmp_path, options, message) -> None:
    with pytest.raises(ValueError, match=message):
        DepthWriter(tmp_path, **options)


def test_a_folder_that_takes_no_files_stops_before_the_first_estimate(tmp_path, frame) -> None:
    (tmp_path / 'out').write_text('kept')
    with pytest.raises(OSError, match=r'out: cannot be written to .*: name another folder'):
        DepthWriter(tmp_path / 'out').check([Entry(frame.name, None, False)])
