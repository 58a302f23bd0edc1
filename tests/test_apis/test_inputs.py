import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mmwsdepth.apis import video as videos
from mmwsdepth.apis.inputs import Frame, is_one_image, open_source
from mmwsdepth.datasets.depth_io import BadFileError

SIZE = (16, 24)


def picture(path: Path, level: int = 100, size: tuple[int, int] = SIZE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.full((*size, 3), level, np.uint8))
    return path


def video(path: Path, num: int = 5) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'MJPG'), 10, SIZE[::-1])
    for index in range(num):
        writer.write(np.full((*SIZE, 3), 40 * index, np.uint8))
    writer.release()
    return path


def names(source) -> list[str]:
    return [frame.name for frame in source.frames]


def test_a_folder_gives_its_images_in_order_whatever_else_it_holds(tmp_path: Path) -> None:
    for name in ('b.jpg', 'sub/a.PNG', 'a.jpeg', '.hidden.jpg', 'c.v2.png'):
        picture(tmp_path / name)
    (tmp_path / 'notes.txt').write_text('no image')
    (tmp_path / 'folder.png').mkdir()
    source = open_source(tmp_path)
    assert source.total == 4 and not is_one_image(tmp_path)
    frames = list(source.frames)
    assert [frame.name for frame in frames] == ['a', 'b', 'c.v2', 'sub/a']
    assert all(frame.image.shape == (*SIZE, 3) for frame in frames)
    assert [frame.path for frame in frames] == [entry.path for entry in source.entries]


def test_a_folder_is_listed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ('a.png', 'sub/b.png'):
        picture(tmp_path / name)
    (tmp_path / 'clip.mp4').touch()
    listed: list[str] = []
    scandir = os.scandir
    monkeypatch.setattr(os, 'scandir', lambda path: listed.append(str(path)) or scandir(path))
    assert names(open_source(tmp_path)) == ['a', 'sub/b']
    assert sorted(listed) == [str(tmp_path), str(tmp_path / 'sub')]


def test_a_bad_file_comes_as_its_error_and_the_rest_goes_on(tmp_path: Path) -> None:
    picture(tmp_path / 'a.png')
    (tmp_path / 'b.png').write_bytes(b'no image')
    picture(tmp_path / 'c.png')
    first, bad, last = open_source(str(tmp_path)).frames
    assert (first.name, last.name) == ('a', 'c')
    assert isinstance(bad, BadFileError)
    assert str(bad).startswith(f'{tmp_path}/b.png: 8 bytes, truncated or no image')


def test_files_are_read_one_by_one(tmp_path: Path) -> None:
    paths = [picture(tmp_path / f'{name}.png') for name in 'abc']
    frames = open_source(tmp_path).frames
    next(frames)
    for path in paths[1:]:
        path.unlink()
    assert [type(frame) for frame in frames] == [BadFileError, BadFileError]


def test_a_photo_is_turned_upright(tmp_path: Path) -> None:
    image = Image.new('RGB', SIZE[::-1])
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(tmp_path / 'a.jpg', exif=exif)
    (frame,) = open_source(tmp_path / 'a.jpg').frames
    assert frame.image.shape == (*SIZE[::-1], 3)


def test_globs_match_files_and_a_file_of_that_name_comes_first(tmp_path: Path) -> None:
    picture(tmp_path / 'x/a.png')
    picture(tmp_path / 'y/z/a.png')
    assert names(open_source(f'{tmp_path}/**/*.png')) == ['x/a', 'y/z/a']
    assert not is_one_image(f'{tmp_path}/x/*')
    odd = picture(tmp_path / 'a[1].png')
    assert names(open_source(str(odd))) == ['a[1]']


def test_no_two_files_get_one_name(tmp_path: Path) -> None:
    paths = [picture(tmp_path / name) for name in ('a.png', 'a.jpg', 'x/b.png', 'y/b.png')]
    assert names(open_source(paths)) == ['a.png', 'a.jpg', 'x/b', 'y/b']
    assert names(open_source(paths[2:])) == ['x/b', 'y/b']
    assert names(open_source([tmp_path / 'x', tmp_path / 'y'])) == ['x/b', 'y/b']


@pytest.mark.parametrize(
    ('files', 'expected'),
    [
        (['a.jpg', 'a.png', 'a.jpg.png'], ['a.jpg', 'a.png', 'a.jpg.png']),
        (['A.jpg', 'a.png', 'b.png'], ['A.jpg', 'a.png', 'b']),
        (['caf\u00e9.jpg', 'cafe\u0301.png'], ['caf\u00e9.jpg', 'cafe\u0301.png']),
        (['clip.avi', 'clip/000000.png'], ['clip.avi/000000', 'clip/000000']),
        (['Clip/x.png', 'clip.avi'], ['Clip/x', 'clip.avi/000000']),
        (['clip.avi', 'clip.png', 'x.png'], ['clip.avi/000000', 'clip.png', 'x']),
    ],
)
def test_names_that_become_one_keep_their_suffix(tmp_path: Path, files, expected) -> None:
    for name in files:
        (video if name.endswith('avi') else picture)(tmp_path / name)
    source = open_source([tmp_path / name for name in files], max_frames=1)
    assert names(source) == expected


def test_hidden_files_do_not_count_and_links_are_followed(tmp_path: Path) -> None:
    for name in ('disk/a.png', 'in/b.png', 'in/.c/x.png', 'in/@eaDir/x.png', 'in/__MACOSX/x.png'):
        picture(tmp_path / name)
    (tmp_path / 'in/linked').symlink_to(tmp_path / 'disk')
    (tmp_path / 'in/loop').symlink_to(tmp_path / 'in')
    assert names(open_source(tmp_path / 'in')) == ['b', 'linked/a']
    assert names(open_source(f'{tmp_path}/in/*/*.png')) == ['linked/a', 'loop/b']
    assert names(open_source(f'{tmp_path}/in/@eaDir/*.png')) == ['x']


@pytest.mark.parametrize('name', ['a.heic', 'a.HEIF', 'a.jpg'])
@pytest.mark.parametrize('is_in_folder', [True, False])
def test_heic_is_named_with_its_mend(tmp_path: Path, name: str, is_in_folder: bool) -> None:
    (tmp_path / name).write_bytes(b'\0\0\0\x18ftypheic' + bytes(50))
    picture(tmp_path / 'a.png')
    picture(tmp_path / 'b.png')
    source = open_source(tmp_path if is_in_folder else [tmp_path / name])
    (error,) = [found for found in source.frames if isinstance(found, BadFileError)]
    assert str(error).startswith(f'{tmp_path}/{name}: HEIC is not read here: convert it to JPEG')
    if is_in_folder and not name.endswith('jpg'):
        assert [entry.name for entry in source.entries] == [name, 'a', 'b']


@pytest.mark.parametrize('kind', [str, Path])
def test_one_named_image_is_single_and_a_list_of_one_is_not(tmp_path: Path, kind: type) -> None:
    path = kind(picture(tmp_path / 'a.png'))
    assert is_one_image(path)
    assert not is_one_image([path])
    assert not is_one_image(kind(tmp_path))
    assert not is_one_image(kind(video(tmp_path / 'a.avi')))


def test_arrays_keep_their_place_among_files(tmp_path: Path) -> None:
    array = np.zeros((*SIZE, 3), np.uint8)
    assert is_one_image(array)
    source = open_source([array, picture(tmp_path / 'a.png'), array])
    assert source.total == 3
    assert names(source) == ['00000000', 'a', '00000002']


@pytest.mark.parametrize(
    ('wrong', 'message'),
    [
        (np.zeros((4, 4, 3)), r'an array of float64 and shape \(4, 4, 3\): give \(H, W, 3\)'),
        (np.zeros((4, 4), np.uint8), r'shape \(4, 4\)'),
        (np.zeros((0, 4, 3), np.uint8), r'shape \(0, 4, 3\)'),
        (3.5, 'an input of type float'),
        (True, 'an input of type bool'),
        ([None], 'an input of type NoneType'),
    ],
    ids=str,
)
def test_what_is_no_input_is_refused(wrong: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        open_source(wrong)


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r'nothing\*\.jpg: no such file or folder, and no'):
        open_source(f'{tmp_path}/nothing*.jpg')
    with pytest.raises(ValueError, match=r'no file in this folder ends in \.jpg, \.jpeg, \.png'):
        open_source(tmp_path)


def test_a_video_gives_its_frames(tmp_path: Path) -> None:
    path = video(tmp_path / 'walk.avi')
    source = open_source(path)
    assert source.total == 5
    frames = list(source.frames)
    assert [frame.name for frame in frames] == [f'walk/{index:06d}' for index in range(5)]
    assert [frame.path for frame in frames] == [path] * 5
    levels = [float(frame.image.mean()) for frame in frames]
    np.testing.assert_allclose(levels, [0, 40, 80, 120, 160], atol=3)


@pytest.mark.parametrize(
    ('options', 'indices'),
    [
        (dict(every=2), [0, 2, 4]),
        (dict(every=3, max_frames=5), [0, 3]),
        (dict(max_frames=2), [0, 1]),
        (dict(every=2, max_frames=2), [0, 2]),
    ],
)
def test_frames_are_skipped_and_counted_alike(tmp_path, options, indices) -> None:
    source = open_source(video(tmp_path / 'a.avi'), **options)
    assert source.total == len(indices)
    assert names(source) == [f'a/{index:06d}' for index in indices]


@pytest.mark.parametrize('option', ['every', 'max_frames'])
def test_a_count_below_one_is_refused(option: str) -> None:
    with pytest.raises(ValueError, match=f'{option} is 0: give 1 or more'):
        open_source(0, **{option: 0})


class Camera:
    """Index 0 gives pictures without end, 3 gives three, others none."""

    released = 0

    def __init__(self, index: object) -> None:
        self.left = {0: 10**9, 3: 3}.get(index, 0)

    def grab(self) -> bool:
        self.left -= 1
        return self.left >= 0

    def retrieve(self) -> tuple[bool, np.ndarray]:
        return True, np.zeros((*SIZE, 3), np.uint8)

    def release(self) -> None:
        type(self).released += 1


@pytest.mark.parametrize('index', [0, '0'])
def test_a_camera_has_no_end_but_the_users(monkeypatch: pytest.MonkeyPatch, index) -> None:
    monkeypatch.setattr(videos.cv2, 'VideoCapture', Camera)
    source = open_source(index)
    assert source.total is None
    taken = [next(source.frames) for _ in range(20)]
    assert [frame.name for frame in taken[:2]] == ['camera0/000000', 'camera0/000001']
    assert {frame.path for frame in taken} == {None}
    before = Camera.released
    assert names(open_source(index, max_frames=2)) == ['camera0/000000', 'camera0/000001']
    assert Camera.released == before + 1


def test_a_camera_that_is_not_there_comes_as_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(videos.cv2, 'VideoCapture', Camera)
    (error,) = open_source(1).frames
    assert str(error).startswith('camera1: gives no picture: give another index')


def test_a_camera_that_goes_away_comes_as_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(videos.cv2, 'VideoCapture', Camera)
    *frames, error = open_source(3).frames
    assert len(frames) == 3
    assert str(error) == 'camera3: gave no more after 3 pictures: connect it anew'
    assert len(list(open_source(3, max_frames=3).frames)) == 3


def test_what_a_folder_holds_beside_is_said(tmp_path: Path, monkeypatch) -> None:
    said: list[str] = []
    monkeypatch.setattr('mmwsdepth.apis.inputs.print_log', lambda text, *_, **__: said.append(text))
    picture(tmp_path / 'a.jpg')
    open_source(tmp_path)
    assert not said
    picture(tmp_path / 'clips' / 'c.webp')
    video(tmp_path / 'clips' / 'b.avi').rename(tmp_path / 'clips' / 'b.AVI')
    assert open_source(tmp_path).total == 1
    assert len(said) == 1 and '2 files are not read, the first' in said[0]
    assert 'clips/b.AVI: name videos' in said[0]


def test_a_picture_that_a_camera_loses_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    class Losing(Camera):
        def retrieve(self) -> tuple[bool, np.ndarray | None]:
            return (False, None) if self.left == 1 else super().retrieve()

    monkeypatch.setattr(videos.cv2, 'VideoCapture', Losing)
    frames = [frame for frame in open_source(3).frames if isinstance(frame, Frame)]
    assert [frame.name for frame in frames] == ['camera3/000000', 'camera3/000002']
