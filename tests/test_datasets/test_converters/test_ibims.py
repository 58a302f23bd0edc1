import numpy as np
from scipy.io import savemat

from tests.test_datasets.test_converters.conftest import meters, smooth

VIEW = (24, 32)


def core(folder, name, seed=0, **changes):
    """A file of ibims1_core_mat: the struct `data`."""
    rng = np.random.default_rng(seed)
    binary = {k: rng.integers(0, 2, VIEW).astype(np.uint8) for k in ('invalid', 'transp', 'edges')}
    data = dict(
        rgb=smooth(VIEW, seed)[..., ::-1],
        depth=meters(VIEW, seed, 30.0),
        edges=binary['edges'].astype(bool),
        calib=np.array([[550.5, 0, 0], [0, 551.5, 0], [320, 240, 1.0]]),
        mask_invalid=binary['invalid'],
        mask_transp=binary['transp'],
        mask_wall=rng.integers(0, 4, VIEW).astype(float),
        mask_wall_paras=np.arange(21.0).reshape(3, 7),
        mask_table=np.zeros(VIEW),
        mask_table_paras=np.zeros((0, 0)),
        mask_floor=np.ones(VIEW),
        mask_floor_paras=np.ones((1, 7)),
    )
    data = {k: v for k, v in (data | changes).items() if v is not None}
    folder.mkdir(parents=True, exist_ok=True)
    savemat(folder / f'{name}.mat', dict(data=data))
    return data


def test_depth_edges_and_planes(run, tmp_path):
    data = core(tmp_path / 'ibims1_core_mat', 'livingroom_01')
    out = run('ibims', tmp_path / 'ibims1_core_mat')
    name = 'test/livingroom_01'
    used = data['mask_invalid'] * data['mask_transp']
    out.check(name, smooth(VIEW), data['depth'] * used)
    np.testing.assert_array_equal(out.read(name, 'mask_edges') > 0, data['edges'])
    np.testing.assert_array_equal(out.read(name, 'mask_wall'), data['mask_wall'])
    entry = out.files[name]
    assert entry['mask_floor']['path'] == 'masks/floor/test/livingroom_01.png'
    assert entry['planes']['wall'] == data['mask_wall_paras'].tolist()
    assert entry['planes']['table'] == []
    assert entry['focal'] == [550.5, 551.5] and entry['camera'][2] == [320, 240, 1]


def test_files_that_are_damaged_or_another_set_are_left_out(run, tmp_path):
    core(tmp_path, 'a')
    core(tmp_path, 'b', edges=None, mask_transp=None)
    (tmp_path / 'c.mat').write_bytes((tmp_path / 'a.mat').read_bytes()[:500])
    savemat(tmp_path / 'd.mat', dict(x=1))
    out = run('ibims', tmp_path)
    assert list(out.files) == ['test/a']
    assert out.report.rejected == {'field missing': 1, 'bad file': 1, 'no struct `data`': 1}
    assert 'has no edges, mask_transp' in out.report.examples['field missing']
