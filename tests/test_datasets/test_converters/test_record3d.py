import json
import resource
import shutil
from pathlib import Path
from zipfile import ZipFile

import cv2
import lzfse
import numpy as np
import pytest

from tests.test_datasets.test_converters.conftest import meters, smooth

SIZE, GRID = (32, 24), (16, 12)
METADATA = dict(
    w=24, h=32, dw=12, dh=16, fps=60, K=[30.5, 0, 0, 0, 31.5, 0, 12.0, 16.0, 1],
    perFrameIntrinsicCoeffs=[[30.0, 31.0, 12.0, 16.0]],
)  # fmt: skip


def levels(frame):
    return np.random.default_rng(frame + 50).integers(0, 3, GRID).astype(np.uint8)


def recording(path, frames=(0, 1, 10, 2), metadata=METADATA, confidence=True):
    """An .r3d file: JPEG color, LZFSE-compressed float32 meters and uint8 levels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(path, 'w') as archive:
        archive.writestr('metadata', json.dumps(metadata))
        archive.writestr('sound.m4a', b'')
        for frame in frames:
            jpeg = cv2.imencode('.jpg', smooth(SIZE, frame))[1].tobytes()
            depth = meters(GRID, frame).astype(np.float32)
            depth[1, 1] = np.nan
            archive.writestr(f'rgbd/{frame}.jpg', jpeg)
            archive.writestr(f'rgbd/{frame}.depth', lzfse.compress(depth.tobytes()))
            if confidence:
                archive.writestr(f'rgbd/{frame}.conf', lzfse.compress(levels(frame).tobytes()))
    return path


def wanted(frame, least=0):
    depth = meters(GRID, frame)
    depth[1, 1] = 0
    return np.where(levels(frame) >= least, depth, 0)


@pytest.mark.parametrize('least', [0, 2])
def test_a_packed_recording(run, tmp_path, least):
    src = recording(tmp_path / 'door.r3d')
    out = run('record3d', src, min_confidence=least, test_share=0.25, jobs=3)
    names = [f'train/door/{n:06d}' for n in (0, 1, 2)] + ['test/door/000010']
    assert set(out.files) == set(names)
    for name in names:
        frame = int(name[-6:])
        out.check(name, smooth(SIZE, frame), wanted(frame, least))
    with ZipFile(src) as archive:
        copied = out.root / 'images/test/door/000010.jpg'
        assert copied.read_bytes() == archive.read('rgbd/10.jpg')
    focals = {name: out.files[name]['focal'] for name in names}
    assert focals.pop(names[0]) == [30.0, 31.0]
    assert all(focal == [30.5, 31.5] for focal in focals.values())


def test_an_unpacked_recording_is_the_same(run, tmp_path):
    src = recording(tmp_path / 'door.r3d')
    packed = run('record3d', src, 'packed')
    shutil.unpack_archive(src, tmp_path / 'unpacked/door', 'zip')
    unpacked = run('record3d', tmp_path / 'unpacked/door', 'same')
    assert unpacked.manifest == packed.manifest
    assert run('record3d', tmp_path / 'unpacked', 'all').manifest == packed.manifest


def test_recordings_of_one_name_in_two_folders_are_kept_apart(run, tmp_path):
    for folder in ('a', 'b'):
        recording(tmp_path / 'scans' / folder / 'door.r3d', (0,))
    out = run('record3d', tmp_path / 'scans', test_share=0)
    assert sorted(out.files) == ['a/door/000000', 'b/door/000000']


def test_an_old_export_without_depth_size_and_confidence(run, tmp_path):
    metadata = {k: METADATA[k] for k in ('w', 'h', 'K')}
    src = recording(tmp_path / 'old.r3d', (0,), metadata, confidence=False)
    out = run('record3d', src, min_confidence=2, test_share=0)
    out.check('old/000000', smooth(SIZE), wanted(0))


def test_frames_that_are_incomplete_are_left_out(run, tmp_path):
    shutil.unpack_archive(recording(tmp_path / 'a.r3d', range(6)), tmp_path / 'a', 'zip')
    frames = tmp_path / 'a/rgbd'
    (frames / '0.depth').unlink()
    for name in ('1.depth', '2.jpg', '3.conf'):
        content = (frames / name).read_bytes()
        (frames / name).write_bytes(content[: len(content) // 2])
    (frames / '4.depth').write_bytes(lzfse.compress(bytes(4 * 100)))
    out = run('record3d', tmp_path / 'a', test_share=0)
    assert list(out.files) == ['a/000005']
    reasons = {'no depth file': 1, 'truncated': 2, 'bad file': 1, 'depth of another size': 1}
    assert out.report.rejected == reasons
    assert 'a:rgbd/4.depth has 100 numbers, not 16x12' in str(out.report.examples)


def test_what_is_no_recording_is_refused(run, tmp_path):
    path = recording(tmp_path / 'cut.r3d')
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ValueError, match=r'cut\.r3d: damaged, or not'):
        run('record3d', path)
    with ZipFile(tmp_path / 'bare.r3d', 'w') as archive:
        archive.writestr('rgbd/0.jpg', b'')
    with pytest.raises(ValueError, match=r'bare: `metadata` is missing'):
        run('record3d', tmp_path / 'bare.r3d')


def test_many_recordings_are_read_with_few_open_files(run, tmp_path):
    for number in range(80):
        recording(tmp_path / f'src/{number}.r3d', [0], confidence=False)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = len(list(Path('/proc/self/fd').iterdir()))
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + 40, hard))
    try:
        out = run('record3d', tmp_path / 'src', test_share=0)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len(out.files) == 80


def test_a_recording_that_was_exported_anew_is_read_anew(run, tmp_path):
    src = recording(tmp_path / 'door.r3d', [0])
    run('record3d', src, test_share=0)
    recording(src, [3, 4])
    assert list(run('record3d', src, 'again', test_share=0).files) == ['door/000003', 'door/000004']
