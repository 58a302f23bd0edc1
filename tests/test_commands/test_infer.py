from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.config import Config

from mmwsdepth.apis.inferencer import DepthInferencer
from mmwsdepth.cli import main
from mmwsdepth.datasets.depth_io import BadFileError


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / 'photos'
    folder.mkdir()
    for seed, name in enumerate('ab'):
        image = np.random.default_rng(seed).integers(0, 256, (40, 56, 3), np.uint8)
        cv2.imwrite(str(folder / f'{name}.png'), image)
    return folder


def infer(*arguments: object) -> None:
    main(['infer', *map(str, arguments)])


def files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob('*') if p.is_file())


def test_a_folder_becomes_depth_and_pictures(
    published: Path, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    (photos / 'bad.jpg').write_bytes(b'no image')
    infer(published, photos, '--out', tmp_path / 'out', '--device', 'cpu')
    assert files(tmp_path / 'out') == ['color/a.png', 'color/b.png', 'png/a.png', 'png/b.png']
    assert capsys.readouterr().out.endswith(f'2 estimates in {tmp_path}/out, 1 complaints\n')


def test_options_reach_their_places(
    published: Path, photos: Path, tmp_path: Path, small_config: Config
) -> None:
    small_config.dump(tmp_path / 'small.py')
    infer(
        *(published, photos / 'a.png', photos / 'b.png', '--out', tmp_path / 'out'),
        *('--write', 'npy', 'ply', '--focal-length', 50, '--batch-size', 2, '--device', 'cpu'),
        *('--mode', 'slide', '--tile', 32, 32, '--flip', '--config', tmp_path / 'small.py'),
        *('--cfg-options', 'model.test_cfg.overlap=0.5'),
    )
    assert files(tmp_path / 'out') == ['npy/a.npy', 'npy/b.npy', 'ply/a.ply', 'ply/b.ply']
    test_cfg = dict(mode='slide', tile=(32, 32), flip=True, overlap=0.5)
    expected = DepthInferencer(None, published, 'cpu', test_cfg, False)(photos, batch_size=2)
    for name, depth in zip('ab', expected['predictions'], strict=True):
        np.testing.assert_array_equal(np.load(tmp_path / f'out/npy/{name}.npy'), depth)


def test_a_run_of_bad_files_alone_fails(published: Path, tmp_path: Path) -> None:
    bad, worse = tmp_path / 'bad.png', tmp_path / 'worse.png'
    for path in (bad, worse):
        path.write_bytes(b'no image')
    with pytest.raises(SystemExit) as end:
        infer(published, bad, worse, '--out', tmp_path / 'out', '--device', 'cpu')
    assert str(end.value).startswith(f'error: none of 2 files is good, the first one: {bad}: 8')


def test_an_input_that_would_be_overwritten_is_left_alone(published, photos, tmp_path) -> None:
    folder = photos.rename(tmp_path / 'color')
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(SystemExit, match=r'error: .*a\.png: this output would overwrite'):
        infer(published, folder, '--out', tmp_path, '--device', 'cpu')
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert files(tmp_path) == ['color/a.png', 'color/b.png']


def test_what_cannot_be_written_is_one_sentence(published, photos, tmp_path) -> None:
    out = tmp_path / 'out'
    out.write_text('no folder')
    with pytest.raises(SystemExit, match=r'error: .*out: cannot be written to .*another folder'):
        infer(published, photos, '--out', out, '--write', 'npy', '--device', 'cpu')


def test_an_estimate_that_is_not_finite_is_not_written(
    published, photos, tmp_path, monkeypatch, capsys
) -> None:
    forward, calls = DepthInferencer.forward, []

    def broken(self, batch):
        samples = forward(self, batch)
        calls.append(samples)
        if len(calls) == 1:
            samples[0].pred_depth_map.data[0, 1, 2:4] = float('nan')
        return samples

    monkeypatch.setattr(DepthInferencer, 'forward', broken)
    infer(published, photos, '--out', tmp_path / 'out', '--write', 'npy', '--device', 'cpu')
    assert files(tmp_path / 'out') == ['npy/b.npy']
    assert capsys.readouterr().out.endswith('1 estimates in ' + f'{tmp_path}/out, 1 complaints\n')
    name = f'{photos}/a.png: 2 of 2240 pixels of the estimate are not finite'
    with pytest.raises(BadFileError, match=name):
        calls.clear()
        DepthInferencer(None, published, 'cpu', show_progress=False)(photos / 'a.png')


def test_ctrl_c_ends_with_the_count(published, photos, tmp_path, monkeypatch, capsys) -> None:
    forward, calls = DepthInferencer.forward, []

    def interrupted(self, batch):
        calls.append(batch)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return forward(self, batch)

    monkeypatch.setattr(DepthInferencer, 'forward', interrupted)
    infer(published, photos, '--out', tmp_path / 'out', '--write', 'npy', '--device', 'cpu')
    assert files(tmp_path / 'out') == ['npy/a.npy']
    assert f'1 estimates in {tmp_path}/out\n' in capsys.readouterr().out


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (['--tile', 32, 32], '--tile goes with --mode slide'),
        (['--tile', 32, 32, '--mode', 'whole'], '--tile goes with --mode slide'),
        (['--cfg-options', 'a=1'], '--cfg-options overrides --config, which is not given'),
        (['--color-range', 5, 1], r'colors from 5\.0 to 1\.0 m: give near before far'),
    ],
)
def test_options_that_contradict_are_refused(published, photos, options, message) -> None:
    with pytest.raises(SystemExit, match=f'error: {message}'):
        infer(published, photos, *options)
