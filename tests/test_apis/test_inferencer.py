from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.runner import CheckpointLoader

from mmwsdepth.apis import DepthInferencer
from mmwsdepth.apis.outputs import DepthWriter
from mmwsdepth.datasets.depth_io import BadFileError
from mmwsdepth.registry import MODELS
from mmwsdepth.visualization.depth_picture import draw_depth

SIZE, OTHER = (48, 64), (40, 72)


@pytest.fixture(scope='module')
def inferencer(published: Path) -> DepthInferencer:
    return DepthInferencer(weights=published, device='cpu', show_progress=False)


def noise(size: tuple[int, int] = SIZE, seed: int = 0) -> np.ndarray:
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    return cv2.resize(coarse, size[::-1])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four images, of which one has another size, and a bad file among them."""
    path = tmp_path / 'photos'
    path.mkdir()
    for seed, (name, size) in enumerate(zip('abde', (SIZE, SIZE, OTHER, SIZE), strict=True)):
        cv2.imwrite(str(path / f'{name}.png'), noise(size, seed))
    (path / 'c.png').write_bytes(b'no image')
    return path


def test_an_image_gives_what_the_test_pipeline_gives(
    inferencer: DepthInferencer, published: Path, small_config: Config, folder: Path
) -> None:
    model = MODELS.build(small_config.model).eval()
    model.load_state_dict(torch.load(published)['state_dict'], strict=False)
    types = ('mmwsdepth.LoadColor', 'mmwsdepth.PackRGBDInputs')
    pipeline = Compose([dict(type=name) for name in types])
    with torch.no_grad():
        packed = pipeline(dict(img_path=str(folder / 'd.png')))
        (sample,) = model.test_step(pseudo_collate([packed]))
    found = inferencer(str(folder / 'd.png'))['predictions']
    assert found.shape == OTHER and found.dtype == np.float32
    assert found.std() > 0.01
    np.testing.assert_allclose(found, sample.pred_depth_map.data[0], rtol=1e-5)


def test_a_single_image_gives_elements_and_a_list_gives_lists(inferencer: DepthInferencer) -> None:
    one = inferencer(noise(), return_vis=True)
    assert set(one) == {'predictions', 'visualization', 'names', 'rejected'}
    assert one['names'] == '00000000' and one['rejected'] == []
    np.testing.assert_array_equal(one['visualization'], draw_depth(one['predictions']))
    listed = inferencer([noise()])
    assert [depth.shape for depth in listed['predictions']] == [SIZE]
    assert listed['visualization'] == [] and listed['names'] == ['00000000']
    np.testing.assert_array_equal(listed['predictions'][0], one['predictions'])


def test_data_samples_and_limits_are_handed_through(inferencer: DepthInferencer) -> None:
    results = inferencer(noise(), return_datasamples=True, return_vis=True, limits=(0.2, 9))
    depth = results['predictions'].pred_depth_map.data[0].numpy()
    np.testing.assert_array_equal(results['visualization'], draw_depth(depth, (0.2, 9)))


@pytest.mark.parametrize('batch_size', [1, 2, 3])
def test_batches_change_nothing_and_bad_files_are_counted(
    inferencer: DepthInferencer, folder: Path, batch_size: int
) -> None:
    results = inferencer(folder, batch_size=batch_size)
    assert results['names'] == ['a', 'b', 'd', 'e']
    (complaint,) = results['rejected']
    assert complaint.startswith(f'{folder}/c.png: 8 bytes')
    for name, depth in zip(results['names'], results['predictions'], strict=True):
        alone = inferencer(folder / f'{name}.png')['predictions']
        np.testing.assert_allclose(depth, alone, rtol=1e-4)


def test_complaints_are_those_of_the_last_call(inferencer: DepthInferencer, folder: Path) -> None:
    first = inferencer(folder)['rejected']
    assert inferencer(folder / 'a.png')['rejected'] == []
    assert len(first) == 1


def test_a_single_bad_file_is_an_error(inferencer: DepthInferencer, folder: Path) -> None:
    with pytest.raises(BadFileError, match=r'c\.png: 8 bytes, truncated or no image'):
        inferencer(folder / 'c.png')


def test_the_stream_gives_an_image_before_it_reads_the_next(
    inferencer: DepthInferencer, folder: Path
) -> None:
    predictions = inferencer.stream(folder)
    assert next(predictions).frame.name == 'a'
    (folder / 'b.png').unlink()
    assert [prediction.frame.name for prediction in predictions] == ['d', 'e']
    assert len(inferencer.rejected) == 2


def test_the_writer_writes_each_and_its_complaints_are_counted(
    inferencer: DepthInferencer, folder: Path, tmp_path: Path
) -> None:
    (folder / 'manifest.json').write_text(
        '{"files": [{"image": {"path": "a.png"}, "focal": [50, 50]}]}'
    )
    out = tmp_path / 'out'
    results = inferencer(folder, writer=DepthWriter(out, ['npy', 'ply']))
    assert [path.stem for path in sorted((out / 'npy').iterdir())] == ['a', 'b', 'd', 'e']
    assert [path.name for path in (out / 'ply').iterdir()] == ['a.ply']
    assert len(results['rejected']) == 4
    np.testing.assert_array_equal(np.load(out / 'npy' / 'd.npy'), results['predictions'][2])
    with pytest.raises(ValueError, match='a point cloud needs the focal length'):
        inferencer(noise(), writer=DepthWriter(out, ['ply']))


def test_images_too_large_for_the_gpu_are_complained_of(
    inferencer: DepthInferencer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forward = inferencer.forward

    def limited(batch: dict) -> list:
        if batch['inputs'][0].shape[-2:] == OTHER:
            raise torch.cuda.OutOfMemoryError('CUDA out of memory')
        return forward(batch)

    monkeypatch.setattr(inferencer, 'forward', limited)
    results = inferencer(folder)
    assert results['names'] == ['a', 'b', 'e']
    assert results['rejected'][1].endswith('take a smaller batch size or mode slide')
    assert 'd.png: 1 images of 40x72' in results['rejected'][1]


def test_the_config_may_be_given_and_its_test_options_overridden(
    inferencer: DepthInferencer, published: Path, small_config: Config, tmp_path: Path
) -> None:
    bare = tmp_path / 'bare.pth'
    torch.save(torch.load(published)['state_dict'], bare)
    before = small_config.pretty_text
    path = tmp_path / 'small.py'
    small_config.dump(path)
    expected = inferencer(noise())['predictions']
    for model in (small_config, small_config.to_dict(), path, str(path)):
        other = DepthInferencer(model, bare, 'cpu', show_progress=False)
        np.testing.assert_array_equal(other(noise())['predictions'], expected)
    tiles = dict(mode='slide', tile=(32, 32))
    sliding = DepthInferencer(small_config, bare, 'cpu', tiles, show_progress=False)
    assert sliding.model.inference.tile == (32, 32)
    assert sliding(noise())['predictions'].shape == SIZE
    assert np.abs(sliding(noise())['predictions'] - expected).max() > 1e-3
    assert small_config.pretty_text == before


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(), 'weights are not given'),
        (dict(weights='x', device='cuda:0'), 'device is cuda:0, but there is no CUDA here'),
        (dict(weights='x', model='nothing.py'), r'nothing\.py: no such config'),
    ],
)
def test_what_cannot_start_says_why(monkeypatch, options, message) -> None:
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        DepthInferencer(**options)


def test_a_batch_size_below_one_is_refused(inferencer: DepthInferencer) -> None:
    with pytest.raises(ValueError, match='batch_size is 0: give 1 or more'):
        inferencer(noise(), batch_size=0)


@pytest.mark.parametrize('broken', [np.nan, np.inf])
def test_an_estimate_that_is_not_finite_is_a_complaint_and_not_written(
    inferencer: DepthInferencer, folder: Path, tmp_path: Path, monkeypatch, broken: float
) -> None:
    forward = inferencer.forward

    def overflowing(batch: dict) -> list:
        samples = forward(batch)
        if batch['inputs'][0].shape[-2:] == OTHER:
            samples[0].pred_depth_map.data[0, 0, 0] = broken
        return samples

    monkeypatch.setattr(inferencer, 'forward', overflowing)
    results = inferencer(folder, writer=DepthWriter(tmp_path / 'out', ['png']))
    assert results['names'] == ['a', 'b', 'e']
    assert f'{folder}/d.png: 1 of ' in results['rejected'][1]
    assert [path.stem for path in sorted((tmp_path / 'out/png').iterdir())] == ['a', 'b', 'e']
    with pytest.raises(BadFileError, match=r'd\.png: 1 of .* pixels of the estimate'):
        inferencer(folder / 'd.png')


@pytest.mark.parametrize('is_config_given', [True, False])
def test_a_checkpoint_is_read_once(
    published: Path, small_config: Config, monkeypatch: pytest.MonkeyPatch, is_config_given: bool
) -> None:
    read, load = [], CheckpointLoader.load_checkpoint
    monkeypatch.setattr(
        CheckpointLoader, 'load_checkpoint', lambda *a, **k: read.append(a) or load(*a, **k)
    )
    model = small_config if is_config_given else None
    found = DepthInferencer(model, published, 'cpu', show_progress=False)
    found(noise(), sensor_depth=np.ones((12, 16), np.float32))
    assert len(read) == 1


@pytest.fixture
def sized(published: Path, tmp_path: Path) -> Path:
    """The student, and what it says of its training images."""
    loaded = torch.load(published)
    loaded['meta']['test_cfg'] = dict(trained_size=SIZE, trained_focal_length=50.0)
    torch.save(loaded, tmp_path / 'sized.pth')
    return tmp_path / 'sized.pth'


def test_a_photo_of_any_size_is_seen_as_large_as_the_training_images(
    sized: Path, inferencer: DepthInferencer
) -> None:
    aware = DepthInferencer(weights=sized, device='cpu', show_progress=False)
    full = cv2.resize(noise(), (256, 192), interpolation=cv2.INTER_CUBIC)
    shrunk = {
        factor: cv2.resize(full, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        for factor in (1, 0.7, 0.5, 0.2)
    }
    expected = np.median(aware(full)['predictions'])
    for photo in shrunk.values():
        found = aware(photo)['predictions']
        assert found.shape == photo.shape[:2]
        assert np.median(found) == pytest.approx(expected, rel=0.02)
    band = slice(24, 168)
    cut = np.median(aware(np.ascontiguousarray(full[band]))['predictions'])
    assert cut == pytest.approx(np.median(aware(full)['predictions'][band]), rel=0.02)
    plain = [np.median(inferencer(photo)['predictions']) for photo in (full, shrunk[0.2])]
    assert plain[1] != pytest.approx(plain[0], rel=0.02), 'this student tells meters by size'


def test_an_image_of_the_trained_size_is_not_touched(
    sized: Path, inferencer: DepthInferencer
) -> None:
    aware = DepthInferencer(weights=sized, device='cpu', show_progress=False)
    expected = inferencer(noise())['predictions']
    np.testing.assert_array_equal(aware(noise())['predictions'], expected)


def test_depth_may_be_scaled_by_the_focal_length(sized: Path, folder: Path) -> None:
    aware = DepthInferencer(weights=sized, device='cpu', show_progress=False)
    plain = aware(folder / 'a.png')['predictions']
    scaling = dict(scale_by_focal_length=True)
    for wrong in (0.0, -1.0, np.inf, np.nan):
        with pytest.raises(ValueError, match=f'focal length is {wrong}: give a positive number'):
            DepthInferencer(None, sized, 'cpu', scaling, False, focal_length=wrong)
    given = DepthInferencer(None, sized, 'cpu', scaling, False, focal_length=75.0)
    np.testing.assert_allclose(given(folder / 'a.png')['predictions'], 1.5 * plain, rtol=1e-5)
    found = DepthInferencer(None, sized, 'cpu', scaling, False)
    (folder / 'manifest.json').write_text(
        '{"files": [{"image": {"path": "a.png"}, "focal": [25, 25]}]}'
    )
    results = found(folder)
    assert results['names'] == ['a'] and len(results['rejected']) == 4
    assert 'b.png: depth is scaled by the focal length, which is not known' in str(results)
    np.testing.assert_allclose(results['predictions'][0], 0.5 * plain, rtol=1e-5)


def test_metadata_that_cannot_be_meant_name_the_checkpoint(sized: Path) -> None:
    loaded = torch.load(sized)
    for wrong in (dict(trained_size='large'), dict(os='system'), 5):
        loaded['meta']['test_cfg'] = wrong
        torch.save(loaded, sized)
        with pytest.raises(ValueError, match=r'sized\.pth: its metadata is invalid: '):
            DepthInferencer(weights=sized, device='cpu', show_progress=False)
