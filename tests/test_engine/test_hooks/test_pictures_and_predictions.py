from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from mmengine.structures import PixelData
from mmengine.visualization import BaseVisBackend, Visualizer
from mmengine.visualization import LocalVisBackend as Local
from mmseg.structures import SegDataSample

from mmwsdepth.engine.hooks import DepthVisualizationHook, ReportHook, SavePredictionsHook
from mmwsdepth.visualization import draw_depth_panels


@pytest.fixture
def samples(rooms_root: Path) -> list[SegDataSample]:
    made = []
    for index in range(3):
        image = rooms_root / 'images' / 'test' / f'room_{index:05d}.jpg'
        sample = SegDataSample(metainfo=dict(name=f'attic/{image.stem}', img_path=str(image)))
        sample.gt_depth_map = PixelData(data=torch.rand(1, 12, 16) + 1)
        sample.pred_depth_map = PixelData(data=torch.rand(1, 48, 64) + 1)
        made.append(sample)
    made[1].set_metainfo(dict(is_bad=True))
    return made


class Recorder(BaseVisBackend):
    """A backend that keeps what it is given."""

    def __init__(self) -> None:
        super().__init__(save_dir='')
        self.images: list[tuple[str, np.ndarray, int]] = []

    experiment = property(lambda self: self.images)

    def _init_env(self) -> None:
        pass

    def add_image(self, name, image, step=0) -> None:
        self.images.append((name, image, step))


def test_validation_pictures_go_to_the_work_directory(make_runner, samples) -> None:
    runner, hook = make_runner(), DepthVisualizationHook(max_images=2)
    runner.iter = 7
    hook.before_val_epoch(runner)
    hook.after_val_iter(runner, 0, None, samples)
    hook.after_val_epoch(runner)
    written = sorted(Path(runner.work_dir, 'pictures', 'iter_7').rglob('*.png'))
    assert [path.name for path in written] == ['room_00000.png']
    assert cv2.imread(str(written[0])).std() > 10


def test_of_images_that_share_a_name_the_first_is_drawn(make_runner, samples) -> None:
    runner, hook = make_runner(), DepthVisualizationHook()
    hook.before_val_epoch(runner)
    hook.after_val_iter(runner, 0, None, samples)
    first, path = samples[0], Path(runner.work_dir, 'pictures/iter_0/attic/room_00000.png')
    drawn = path.read_bytes()
    first.pred_depth_map = PixelData(data=torch.rand(1, 48, 64) + 2)
    hook.after_val_iter(runner, 1, None, [first])
    assert path.read_bytes() == drawn
    hook.before_val_epoch(runner)
    hook.after_val_iter(runner, 0, None, [first])
    assert path.read_bytes() != drawn


def test_validation_pictures_also_go_to_the_visualizers_backends(
    make_runner, samples, tmp_path
) -> None:
    runner, recorder = make_runner(), Recorder()
    runner.iter = 7
    runner.visualizer = Visualizer(
        vis_backends=[dict(type=Local), dict(type=lambda save_dir: recorder)],
        save_dir=str(tmp_path / 'vis'),
    )
    hook = DepthVisualizationHook(show_dir=str(tmp_path / 'show'))
    hook.after_val_iter(runner, 0, None, samples)
    hook.after_test_iter(runner, 0, None, samples)
    assert [(name, step) for name, _, step in recorder.images] == [
        ('depth/attic/room_00000', 7),
        ('depth/attic/room_00002', 7),
    ]
    for name, image, _ in recorder.images:
        path = Path(runner.work_dir, 'pictures', 'iter_7', f'{name.removeprefix("depth/")}.png')
        assert image.dtype == np.uint8
        assert (image == cv2.imread(str(path))[..., ::-1]).all()
    assert not list((tmp_path / 'vis').rglob('*.png'))


def test_a_panel_has_the_prediction_with_the_sensors_depth_where_that_is_coarser(
    make_runner, samples, tmp_path, monkeypatch
) -> None:
    drawn = []
    module = 'mmwsdepth.engine.hooks.depth_visualization_hook'

    def draw(*maps):
        drawn.append(maps)
        return draw_depth_panels(*maps)

    monkeypatch.setattr(f'{module}.draw_depth_panels', draw)
    samples[0].gt_depth_map = PixelData(data=torch.full((1, 12, 16), 2.0))
    samples[2].gt_depth_map = samples[2].pred_depth_map
    DepthVisualizationHook(show_dir=str(tmp_path)).after_test_iter(make_runner(), 0, None, samples)
    (_, _, _, _, fused), (_, _, _, _, nothing) = drawn
    np.testing.assert_allclose(fused, np.full((48, 64), 2.0), rtol=1e-4)
    assert nothing is None
    runner = make_runner()
    runner.model.inference = SimpleNamespace(use_sensor_depth=True)
    DepthVisualizationHook(show_dir=str(tmp_path)).after_test_iter(runner, 0, None, samples)
    assert [maps[4] for maps in drawn[2:]] == [None, None]


def test_test_pictures_are_drawn_only_into_a_named_folder(make_runner, samples, tmp_path) -> None:
    DepthVisualizationHook().after_test_iter(make_runner(), 0, None, samples)
    assert not list(tmp_path.rglob('*.png'))
    DepthVisualizationHook(show_dir=str(tmp_path / 'show')).after_test_iter(
        make_runner(), 0, None, samples
    )
    assert len(list((tmp_path / 'show').rglob('*.png'))) == 2


def test_predictions_are_written_in_millimeters_under_the_images_names(
    make_runner, samples, tmp_path
) -> None:
    SavePredictionsHook(str(tmp_path / 'out')).after_test_iter(make_runner(), 0, None, samples)
    raw = cv2.imread(str(tmp_path / 'out' / 'attic' / 'room_00002.png'), cv2.IMREAD_UNCHANGED)
    expected = samples[2].pred_depth_map.data[0].numpy()
    assert raw.dtype == np.uint16
    assert np.abs(raw / 1000 - expected).max() < 6e-4
    assert len(list((tmp_path / 'out').rglob('*.png'))) == 2


@pytest.mark.parametrize('key', ['img_path', 'depth_map_path', 'hr_depth_map_path'])
def test_what_was_read_is_not_overwritten(make_runner, samples, tmp_path, key) -> None:
    path = tmp_path / 'attic' / 'room_00000.png'
    path.parent.mkdir()
    cv2.imwrite(str(path), np.zeros((48, 64, 3), np.uint8))
    before = path.read_bytes()
    samples[0].set_metainfo({key: str(path)})
    hooks = SavePredictionsHook(str(tmp_path)), DepthVisualizationHook(9, str(tmp_path))
    for hook in hooks:
        with pytest.raises(ValueError, match=r'attic/room_00000\.png: this output would overwrite'):
            hook.after_test_iter(make_runner(), 0, None, samples[:1])
    assert path.read_bytes() == before


@pytest.mark.parametrize('key', ['img_path', 'depth_map_path', 'hr_depth_map_path'])
def test_nothing_is_written_beside_what_was_read(make_runner, samples, tmp_path, key) -> None:
    (tmp_path / 'in').mkdir()
    (tmp_path / 'out').mkdir()
    (tmp_path / 'out/attic').symlink_to('../in')
    samples[0].set_metainfo({key: str(tmp_path / 'in' / 'room_00000.jpg')})
    if key == 'img_path':
        cv2.imwrite(samples[0].img_path, np.zeros((48, 64, 3), np.uint8))
    before = sorted((tmp_path / 'in').iterdir())
    out = str(tmp_path / 'out')
    for hook in (SavePredictionsHook(out), DepthVisualizationHook(9, out)):
        with pytest.raises(ValueError, match=r'this output would lie beside the input .*000\.jpg'):
            hook.after_test_iter(make_runner(), 0, None, samples[:1])
    assert sorted((tmp_path / 'in').iterdir()) == before


def test_images_that_share_a_name_do_not_overwrite_each_other(
    make_runner, samples, tmp_path
) -> None:
    samples[2].set_metainfo(dict(name=samples[0].name))
    hook = SavePredictionsHook(str(tmp_path / 'out'))
    with pytest.raises(ValueError, match=r'written for both .*00000\.jpg and .*00002\.jpg: rename'):
        hook.after_test_iter(make_runner(), 0, None, samples)
    raw = cv2.imread(str(tmp_path / 'out/attic/room_00000.png'), cv2.IMREAD_UNCHANGED)
    assert np.abs(raw / 1000 - samples[0].pred_depth_map.data[0].numpy()).max() < 6e-4
    runner, drawing = make_runner(), DepthVisualizationHook(max_images=2)
    drawing.after_val_iter(runner, 0, None, [samples[0], samples[0], samples[2]])
    samples[2].set_metainfo(dict(name='other'))
    drawing.after_val_iter(runner, 1, None, samples[2:])
    assert drawing.drawn == {'attic/room_00000', 'other'}


def test_the_report_is_kept(make_runner) -> None:
    runner = make_runner()
    ReportHook().after_val_epoch(runner, {'model/abs_rel': 0.25, 'mean/abs_rel': 0.5})
    table = Path(runner.work_dir, 'report.md').read_text()
    assert table.splitlines()[2].split() == ['|', 'model', '|', '0.2500', '|']
    ReportHook().after_test_epoch(runner, {'model/abs_rel': 0.125})
    assert '0.1250' in Path(runner.work_dir, 'report.md').read_text()


@pytest.mark.parametrize('broken', [float('nan'), float('inf')])
def test_a_broken_prediction_is_not_written_and_its_picture_is_drawn(
    make_runner, samples, tmp_path, broken
) -> None:
    samples[0].pred_depth_map.data[0, 0] = broken
    SavePredictionsHook(str(tmp_path / 'out')).after_test_iter(make_runner(), 0, None, samples)
    assert [path.name for path in (tmp_path / 'out').rglob('*.*')] == ['room_00002.png']
    hook = DepthVisualizationHook(show_dir=str(tmp_path / 'show'))
    hook.after_test_iter(make_runner(), 0, None, samples)
    assert len(list((tmp_path / 'show').rglob('*.png'))) == 2


def test_a_folder_that_takes_no_pictures_is_one_sentence(make_runner, samples, tmp_path) -> None:
    (tmp_path / 'out').write_text('kept')
    hook = DepthVisualizationHook(show_dir=str(tmp_path / 'out'))
    with pytest.raises(OSError, match=r'\.png: cannot be written \(.*\): .* another folder'):
        hook.after_test_iter(make_runner(), 0, None, samples)


def test_names_in_another_encoding_are_drawn(make_runner, samples, tmp_path) -> None:
    runner, recorder, name = make_runner(), Recorder(), 'caf\udce9'
    runner.iter = 7
    runner.visualizer = Visualizer(
        vis_backends=[dict(type=lambda save_dir: recorder)], save_dir=str(tmp_path)
    )
    samples[0].set_metainfo(dict(name=name))
    DepthVisualizationHook().after_val_iter(runner, 0, None, samples[:1])
    assert Path(runner.work_dir, 'pictures', 'iter_7', f'{name}.png').is_file()
    assert [shown.encode() for shown, _, _ in recorder.images] == [b'depth/caf\\udce9']
