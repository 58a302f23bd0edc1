import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from mmwsdepth.apis import DepthInferencer
from mmwsdepth.apis.calibrate import Measured, calibrate
from mmwsdepth.cli import main

SIZE = (48, 64)


def _pairs(factors: list[float], noise: float = 0.1) -> list[Measured]:
    """Estimates that are too near by a factor each."""
    random = np.random.default_rng(0)
    sensor = random.uniform(1, 5, (len(factors), 400))
    error = np.exp(noise * random.standard_normal(sensor.shape))
    return [Measured(d * e / f, d) for f, d, e in zip(factors, sensor, error, strict=True)]


def test_the_factor_is_the_cameras_and_lowers_the_error_of_pairs_held_out() -> None:
    found = calibrate(_pairs([1.5] * 7))
    assert found.factor == pytest.approx(1.5, rel=0.02) and found.num_pairs == 7
    assert found.helps and found.error_after < 0.1 < 0.3 < found.error_before


def test_one_bad_pair_does_not_move_the_factor() -> None:
    assert calibrate(_pairs([1.2] * 6 + [20.0])).factor == pytest.approx(1.2, rel=0.02)


@pytest.mark.parametrize('factors', [[1.0] * 4, [0.5, 0.5, 2.0, 2.0]])
def test_what_does_not_help_pairs_held_out_does_not_help(factors: list[float]) -> None:
    assert not calibrate(_pairs(factors)).helps


@pytest.mark.parametrize('number', [0, 1])
def test_fewer_than_two_pairs_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match=f'usable pairs: {number}, but some are held out'):
        calibrate(_pairs([1.0] * number))


@pytest.fixture
def data(published: Path, tmp_path: Path) -> Path:
    """Pairs whose sensor sees everything 1.3 times as far as the student says; one is bad."""
    root = tmp_path / 'data'
    for name in ('images', 'annotations'):
        (root / name / 'test').mkdir(parents=True)
    inferencer = DepthInferencer(weights=published, device='cpu', show_progress=False)
    for seed in range(4):
        coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
        path = root / 'images' / 'test' / f'{seed}.png'
        cv2.imwrite(str(path), cv2.resize(coarse, SIZE[::-1]))
        depth = 1300 * inferencer(path)['predictions']
        depth = cv2.resize(depth, (SIZE[1] // 4, SIZE[0] // 4), interpolation=cv2.INTER_AREA)
        target = root / 'annotations' / 'test' / f'{seed}.png'
        cv2.imwrite(str(target), depth.round().astype(np.uint16))
    (root / 'annotations' / 'test' / '3.png').write_bytes(b'no depth')
    return root


def _run(*arguments: Any) -> None:
    main(['calibrate', *map(str, arguments), '--device', 'cpu'])


def test_the_command_writes_a_checkpoint_that_multiplies(
    published: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    out = tmp_path / 'new' / 'mine.pth'
    _run(published, data, '--out', out, '--depth-range', 0.001, 100)
    said = capsys.readouterr().out
    assert 'left out 1 bad pairs, the first one: ' in said and '3.png' in said
    assert 'from 3 pairs' in said and f'written: {out}' in said
    assert [path.name for path in out.parent.iterdir()] == ['mine.pth']
    image = data / 'images' / 'test' / '3.png'
    before, after = (
        DepthInferencer(weights=path, device='cpu', show_progress=False)(image)['predictions']
        for path in (published, out)
    )
    np.testing.assert_allclose(after, 1.3 * before, rtol=0.01)
    weights = [torch.load(path)['state_dict'] for path in (published, out)]
    assert all(torch.equal(weights[0][key], weights[1][key]) for key in weights[0])

    _run(out, data, '--depth-range', 0.001, 100)
    assert 'nothing written' in capsys.readouterr().out
    assert not out.with_name('mine_calibrated.pth').exists()


def test_calibrating_again_multiplies_the_factors(
    published: Path, data: Path, tmp_path: Path
) -> None:
    loaded = torch.load(published)
    known = dict(depth_factor=0.5, trained_size=SIZE)
    loaded['meta']['test_cfg'] = known
    torch.save(loaded, tmp_path / 'half.pth')
    _run(tmp_path / 'half.pth', data, '--depth-range', 0.001, 100)
    written = torch.load(tmp_path / 'half_calibrated.pth')['meta']
    assert written['test_cfg']['depth_factor'] == pytest.approx(1.3, rel=0.01)
    assert written['test_cfg']['trained_size'] == SIZE and written['cfg'] == loaded['meta']['cfg']


def test_with_the_focal_length_the_checkpoint_asks_for_it_from_then_on(
    published: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    loaded = torch.load(published)
    loaded['meta']['test_cfg'] = dict(trained_size=SIZE, trained_focal_length=50.0)
    torch.save(loaded, tmp_path / 'a.pth')
    options = ('--scale-by-focal-length', '--depth-range', 0.001, 100)
    with pytest.raises(SystemExit, match='usable pairs: 0'):
        _run(tmp_path / 'a.pth', data, *options)
    assert 'focal length, which is not known: give it' in capsys.readouterr().out
    (data / 'manifest.json').write_text(json.dumps(dict(focal_length=100)))
    _run(tmp_path / 'a.pth', data, *options)
    written = torch.load(tmp_path / 'a_calibrated.pth')['meta']['test_cfg']
    assert written['scale_by_focal_length'] is True
    assert written['depth_factor'] == pytest.approx(0.65, rel=0.01)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (('--out', 'CHECKPOINT'), 'would overwrite the input'),
        (('--depth-range', '5', '1'), 'near before far'),
        (('--depth-scale', '0'), 'give positive numbers'),
    ],
)
def test_options_that_cannot_be_meant_are_refused(published, data, options, message) -> None:
    options = [published if option == 'CHECKPOINT' else option for option in options]
    with pytest.raises(SystemExit, match=message):
        _run(published, data, *options)
