import cv2
import numpy as np
import pytest

from tests.test_datasets.test_converters.conftest import meters, millimeters, put

SIZE, GRID = (48, 64), (12, 16)


def levels(frame):
    return np.random.default_rng(frame + 50).integers(0, 3, GRID).astype(np.uint8)


def flat(frame):
    """A frame that any video codec keeps: one gray by its number."""
    return np.full((*SIZE, 3), 20 + 30 * frame, np.uint8)


def recording(folder, frames=6, suffix='.png', video_frames=None):
    """A Stray Scanner folder; its video is MPEG-4 here, HEVC in the app's."""
    folder.mkdir(parents=True)
    code = cv2.VideoWriter.fourcc(*'mp4v')
    video = cv2.VideoWriter(str(folder / 'rgb.mp4'), code, 60, SIZE[::-1])
    for frame in range(video_frames or frames):
        video.write(flat(frame))
    video.release()
    for frame in range(frames):
        put(folder / f'depth/{frame:06d}{suffix}', millimeters(meters(GRID, frame)))
        put(folder / f'confidence/{frame:06d}.png', levels(frame))
    rows = '50.5, 0.0, 32.0\n0.0, 51.5, 24.0\n0.0, 0.0, 1.0'
    (folder / 'camera_matrix.csv').write_text(rows)
    (folder / 'odometry.csv').write_text('timestamp, frame, x, y, z, qx, qy, qz, qw\n')
    return folder


@pytest.mark.parametrize('suffix', ['.png', '.npy'])
def test_each_depth_map_gets_its_own_frame(run, tmp_path, suffix):
    src = recording(tmp_path / '71de12f9', suffix=suffix)
    out = run('strayscanner', src, min_confidence=2, test_share=0.5, jobs=2)
    assert out.manifest['num'] == {'train': 3, 'test': 3}
    for frame in range(6):
        name = f'{"train" if frame < 3 else "test"}/71de12f9/{frame:06d}'
        kept = np.where(levels(frame) == 2, meters(GRID, frame), 0)
        out.check(name, flat(frame), kept)
        assert out.files[name]['focal'] == [50.5, 51.5]


def test_missing_depth_does_not_shift_the_frames(run, tmp_path):
    src = recording(tmp_path / 'a')
    for frame in (0, 3):
        (src / f'depth/{frame:06d}.png').unlink()
    out = run('strayscanner', src, every=3, test_share=0, min_confidence=0)
    assert sorted(out.files) == ['a/000001', 'a/000005']
    for frame in (1, 5):
        out.check(f'a/{frame:06d}', flat(frame), meters(GRID, frame))


def test_depth_behind_the_end_of_the_video_is_left_out(run, tmp_path):
    src = recording(tmp_path / 'a', frames=5, video_frames=3)
    (src / 'confidence/000001.png').unlink()
    out = run('strayscanner', src, test_share=0)
    assert sorted(out.files) == ['a/000000', 'a/000002']
    assert out.report.rejected['no frame in the video'] == 2
    assert any(reason.startswith('no confidence map') for reason in out.report.rejected)


def test_several_recordings_keep_their_names(run, tmp_path):
    for name in ('a', 'b'):
        recording(tmp_path / 'scans' / name, frames=2)
    out = run('strayscanner', tmp_path / 'scans', test_share=0.5)
    assert sorted(out.files) == [
        'test/a/000001',
        'test/b/000001',
        'train/a/000000',
        'train/b/000000',
    ]


@pytest.mark.parametrize('matrix', ['1, 2\n3, 4', 'fx, fy, 0'])
def test_a_camera_matrix_that_is_none_is_refused(run, tmp_path, matrix):
    src = recording(tmp_path / 'a', frames=2)
    (src / 'camera_matrix.csv').write_text(matrix)
    with pytest.raises(ValueError, match=r'camera_matrix\.csv: '):
        run('strayscanner', src)


def test_a_frame_that_cannot_be_decoded_costs_no_other(run, tmp_path, monkeypatch):
    class Damaged:
        def __init__(self, path):
            self.inner, self.grabbed = open_video(path), 0
            self.set, self.retrieve, self.release = (
                getattr(self.inner, name) for name in ('set', 'retrieve', 'release')
            )

        def grab(self):
            self.grabbed += 1
            return self.inner.grab() and self.grabbed != 3

    open_video = cv2.VideoCapture
    src = recording(tmp_path / 'a')
    for frame in (1, 2):
        (src / f'depth/{frame:06d}.png').unlink()
    monkeypatch.setattr(cv2, 'VideoCapture', Damaged)
    out = run('strayscanner', src, test_share=0, min_confidence=0)
    assert sorted(out.files) == ['a/000000', 'a/000003', 'a/000004', 'a/000005']
    out.check('a/000003', flat(3), meters(GRID, 3))
