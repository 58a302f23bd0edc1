import numpy as np
import pytest

from tests.test_datasets.test_converters.conftest import meters, put, smooth

PLACE = 'outdoor/scene_00022/scan_00193/00022_00193_outdoor_000_010'


def sample(root, split='val', place=PLACE, seed=0, farthest=300.0):
    """PNG, (H, W, 1) float32 meters and a float mask, as the devkit describes them."""
    stem = root / split / place
    depth = meters((24, 32), seed, farthest)
    mask = np.random.default_rng(seed).integers(0, 2, depth.shape).astype(float)
    put(stem.with_name(stem.name + '.png'), smooth((24, 32), seed))
    put(stem.with_name(stem.name + '_depth.npy'), depth.astype(np.float32)[..., None])
    put(stem.with_name(stem.name + '_depth_mask.npy'), mask)
    return stem, depth * mask


def test_far_depth_and_the_mask_of_valid_returns(run, tmp_path):
    _, wanted = sample(tmp_path)
    sample(tmp_path, 'train', 'indoors/scene_1/scan_1/a', 1, 20.0)
    out = run('diode', tmp_path)
    assert set(out.files) == {f'test/{PLACE}', 'train/indoors/scene_1/scan_1/a'}
    out.check(f'test/{PLACE}', smooth((24, 32)), wanted)
    assert out.manifest['unit'] == 'centimeter' and wanted.max() > 66
    assert out.files[f'test/{PLACE}']['focal'] == [886.81, 927.06]


@pytest.mark.parametrize('within', ['val', 'val/outdoor', 'val/outdoor/scene_00022'])
def test_a_folder_within_keeps_its_split_and_domain(run, tmp_path, within):
    sample(tmp_path)
    assert list(run('diode', tmp_path / within).files) == [f'test/{PLACE}']


def test_what_is_missing_damaged_or_does_not_fit_is_left_out(run, tmp_path):
    for number, ending in enumerate(('.png', '_depth_mask.npy')):
        stem, _ = sample(tmp_path, place=f'indoors/a/b/{number}')
        stem.with_name(stem.name + ending).unlink()
    stem, _ = sample(tmp_path, place='indoors/a/b/2')
    mask = stem.with_name('2_depth_mask.npy')
    mask.write_bytes(mask.read_bytes()[:200])
    stem, _ = sample(tmp_path, place='indoors/a/b/3')
    put(stem.with_name('3_depth_mask.npy'), np.ones((2, 2)))
    sample(tmp_path, place='indoors/a/b/4')
    out = run('diode', tmp_path)
    assert list(out.files) == ['test/indoors/a/b/4']
    assert out.report.rejected == {
        'no color image': 1,
        'no mask of valid returns': 1,
        'bad file': 1,
        'mask does not fit depth': 1,
    }
