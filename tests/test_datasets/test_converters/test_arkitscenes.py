from pathlib import Path

import numpy as np
import pytest

from tests.test_datasets.test_converters.conftest import (
    GRID,
    SIZE,
    meters,
    millimeters,
    put,
    smooth,
)


def levels(seed=0):
    """A confidence map with all of 0, 1 and 2."""
    return np.random.default_rng(seed + 100).integers(0, 3, GRID).astype(np.uint8)


def video(root, split, name, seed, color='wide', hr=True):
    """One video with one frame, as the download script lays it out."""
    folder, file = root / split / name, f'{name}_305.244'
    put(folder / f'{color}/{file}.png', smooth(SIZE, seed))
    put(folder / f'lowres_depth/{file}.png', millimeters(meters(GRID, seed)))
    put(folder / f'confidence/{file}.png', levels(seed))
    if hr:
        put(folder / f'highres_depth/{file}.png', millimeters(meters(SIZE, seed)))
    return folder


@pytest.mark.parametrize('least', [0, 1, 2])
def test_both_depths_of_a_view_and_confidence(run, tmp_path, least):
    video(tmp_path / 'up', 'Training', '41', 0)
    video(tmp_path / 'up', 'Validation', '42', 1, color='color')
    out = run('arkitscenes', tmp_path / 'up', min_confidence=least)
    assert out.report.has_hr
    for name, seed in (('train/41/41_305.244', 0), ('test/42/42_305.244', 1)):
        kept = np.where(levels(seed) >= least, meters(GRID, seed), 0)
        out.check(name, smooth(SIZE, seed), kept, meters(SIZE, seed))
    path = out.files['test/42/42_305.244']['hr_depth']['path']
    assert path == 'annotations_hr/test/42/42_305.244.png'


def test_a_video_alone_without_hr_depth(run, tmp_path):
    folder = video(tmp_path / 'raw', 'Training', '41', 0, hr=False)
    out = run('arkitscenes', folder, min_confidence=0)
    assert list(out.files) == ['train/41/41_305.244'] and not out.report.has_hr


@pytest.mark.parametrize(('sky', 'turns'), [('Up', 0), ('Left', 1), ('Down', 2), ('Right', 3)])
def test_frames_are_rotated_upright(run, tmp_path, monkeypatch, sky, turns):
    """The authors' loader turns Left clockwise, Right counter-clockwise."""
    folder = video(tmp_path, 'Training', '41', 0)
    (tmp_path / 'metadata.csv').write_text(f'video_id,visit_id,sky_direction,fold\n41,1,{sky},T\n')
    pincam = folder / 'wide_intrinsics/41_305.244.pincam'
    pincam.parent.mkdir()
    pincam.write_text('32 24 30.5 31.5 16 12')
    monkeypatch.chdir(folder)
    arrays = (smooth(SIZE), meters(GRID), meters(SIZE))
    name = 'train/41/41_305.244'
    for number, src in enumerate((tmp_path, Path())):
        out = run('arkitscenes', src, f'out{number}', min_confidence=0)
        out.check(name, *(np.rot90(array, -turns) for array in arrays))
        assert out.files[name]['focal'] == ([31.5, 30.5] if turns % 2 else [30.5, 31.5])


def test_confidence_that_is_missing_or_does_not_fit(run, tmp_path):
    put(video(tmp_path / 'a', 'Training', '41', 0) / 'confidence/41_305.244.png', np.ones((3, 4)))
    (video(tmp_path / 'a', 'Training', '42', 0) / 'confidence/42_305.244.png').unlink()
    video(tmp_path / 'a', 'Training', '43', 0)
    out = run('arkitscenes', tmp_path / 'a', min_confidence=1)
    assert list(out.files) == ['train/43/43_305.244']
    assert '3x4, depth 6x8' in out.report.examples['confidence does not fit depth']
    assert sum(out.report.rejected.values()) == 2
    assert len(run('arkitscenes', tmp_path / 'a', 'all', min_confidence=0).files) == 3
