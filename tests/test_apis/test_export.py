import subprocess
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.config import Config
from torch import Tensor, nn

from mmwsdepth.apis.export import (
    FORMATS,
    INPUT,
    MIN_LR_SIDE,
    OUTPUT,
    Format,
    check_exportable,
    check_sizes,
    export_checked,
    export_onnx,
    largest_difference,
    least_side,
)
from mmwsdepth.apis.exportable import ExportableDepth, build_exportable
from mmwsdepth.models.estimators import Estimate
from mmwsdepth.models.inference import infer
from mmwsdepth.registry import MODELS
from tests.conftest import ROOT

# Exporting takes time by the layer.
SHALLOW = dict(
    model__student__backbone__backbone__out_indices=(0, 1, 2),
    model__student__decode_head__in_channels=[16, 16, 24, 40],
)


def _estimator(cfg: Config) -> Any:
    """Make an untrained model whose depth varies between pixels, unlike a fresh one's."""
    estimator = MODELS.build(cfg.model).eval()
    nn.init.normal_(estimator.student.decode_head.output.weight)
    for statistics in estimator.lr_statistics.buffers():
        statistics.mul_(1.5).add_(0.1)
    return estimator


@pytest.fixture
def scales() -> list[float]:
    """At which the model sees an image."""
    return [0.25, 1, 2]


@pytest.fixture
def checkpoints(
    tiny_config: Callable[..., Config], tmp_path: Path, scales: list[float]
) -> tuple[Config, Path, Path]:
    """A config, a training checkpoint and the same student published."""
    cfg = tiny_config(**SHALLOW)
    cfg.model.test_cfg.scales = scales
    estimator = _estimator(cfg)
    torch.save(dict(state_dict=estimator.state_dict()), tmp_path / 'iter_4.pth')
    published = {
        key.removeprefix('student.'): value
        for key, value in estimator.state_dict().items()
        if key.startswith(('student.', 'lr_statistics.'))
    }
    torch.save(dict(state_dict=published), tmp_path / 'student.pth')
    return cfg, tmp_path / 'iter_4.pth', tmp_path / 'student.pth'


@pytest.fixture
def model(checkpoints: tuple[Config, Path, Path]) -> ExportableDepth:
    return build_exportable(checkpoints[0], str(checkpoints[2]))


def _with_meta(checkpoint: Path, **options: Any) -> str:
    loaded = torch.load(checkpoint)
    torch.save(loaded | dict(meta=dict(test_cfg=options)), checkpoint)
    return str(checkpoint)


@pytest.mark.slow
@pytest.mark.parametrize(
    ('name', 'scales', 'trained_size'),
    [
        ('torchscript', [2 / 15, 1], (90, 61)),
        ('torch-export', [1, 2], None),
        ('torchscript', [2 / 15, 1], None),
    ],
)
def test_every_format_agrees_at_sizes_it_was_not_made_with(
    checkpoints: tuple[Config, Path, Path],
    tmp_path: Path,
    name: str,
    trained_size: tuple[int, int] | None,
) -> None:
    cfg, _, student = checkpoints
    model = build_exportable(cfg, _with_meta(student, trained_size=trained_size))
    path = tmp_path / f'model{FORMATS[name].suffix}'
    assert export_checked(model, path, name) < 1e-3
    _agrees(model, FORMATS[name].load(path))


def _agrees(model: ExportableDepth, exported: Callable) -> None:
    sizes = check_sizes(model)
    assert len({height for _, height, _ in sizes}) == 3
    assert model(torch.rand(1, 3, 97, 131) * 255).std() > 0.05
    assert largest_difference(model, exported, sizes) < 1e-3


@pytest.mark.parametrize('size', [(192, 256), (96, 128), (24, 32)])
def test_an_exported_model_gives_what_infer_gives_for_its_camera(
    checkpoints: tuple[Config, Path, Path], size: tuple[int, int]
) -> None:
    cfg, _, student = checkpoints
    path = _with_meta(student, trained_size=(48, 64), depth_factor=1.5)
    image = torch.randint(256, (1, 3, *size)).float()
    for camera in (None, (480, 640)):
        model = build_exportable(cfg, path, camera)
        estimator = model.estimator
        assert model.grid == (48, 64)
        inputs = estimator.data_preprocessor(dict(inputs=list(image.flip(1))))['inputs']
        expected = infer(inputs, estimator.estimate_depth, estimator.inference)
        torch.testing.assert_close(model(image), expected, rtol=1e-3, atol=1e-3)
    assert build_exportable(cfg, path, (640, 360)).grid == (64, 36)


def test_without_a_trained_size_the_cameras_own_is_the_grid(
    checkpoints: tuple[Config, Path, Path],
) -> None:
    cfg, _, student = checkpoints
    assert build_exportable(cfg, str(student)).grid is None
    assert build_exportable(cfg, str(student), (60, 80)).grid == (60, 80)


@pytest.mark.parametrize('scales', [[1], [0.25, 1, 2], [2 / 15, 1], [1, 2]])
def test_free_sizes_leave_the_lr_view_large_enough(model: ExportableDepth) -> None:
    least = least_side(model)
    assert round(least * min(model.scales[0], 1)) >= MIN_LR_SIDE
    assert all(min(size[1:]) >= least for size in check_sizes(model))


@pytest.mark.parametrize('fails_when', ['writing', 'read back', 'compared'])
def test_an_export_that_fails_leaves_the_file_that_was_there(
    model: ExportableDepth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_when: str
) -> None:
    def write(model: ExportableDepth, path: Path) -> None:
        path.write_bytes(b'half a model')
        if fails_when == 'writing':
            raise ValueError('writing fails')

    def load(path: Path) -> Callable[[Tensor], Tensor]:
        if fails_when == 'read back':
            raise ValueError('reading fails')
        return lambda image: 1.5 * model(image)

    monkeypatch.setitem(FORMATS, 'torchscript', Format(write, load, '.torchscript'))
    path = tmp_path / 'out' / 'student.torchscript'
    path.parent.mkdir()
    for before in (None, b'an earlier model'):
        if before is not None:
            path.write_bytes(before)
        with pytest.raises(ValueError, match=r'fails$|differs by 0\.5 of the depth'):
            export_checked(model, path, 'torchscript')
        assert [p.read_bytes() for p in path.parent.iterdir()] == [before] * (before is not None)


def test_a_place_that_takes_no_file_is_named(
    model: ExportableDepth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = Format(lambda model, path: path.write_bytes(b'x'), lambda path: model, '')
    monkeypatch.setitem(FORMATS, 'torchscript', fake)
    with pytest.raises(OSError, match='cannot be written'):
        export_checked(model, tmp_path, 'torchscript')


@pytest.mark.slow
@pytest.mark.parametrize('scales', [[1]])
def test_onnx_agrees_names_its_ends_and_keeps_the_sizes_free(
    model: ExportableDepth, tmp_path: Path
) -> None:
    onnxruntime = pytest.importorskip('onnxruntime')
    export_onnx(model, tmp_path / 'a.onnx', opset=20)
    assert [path.name for path in tmp_path.glob('a.onnx*')] == ['a.onnx']
    session = onnxruntime.InferenceSession(str(tmp_path / 'a.onnx'))
    (image,), (depth,) = session.get_inputs(), session.get_outputs()
    assert (image.name, depth.name) == (INPUT, OUTPUT) == ('image', 'depth')
    assert image.shape == ['batch', 3, 'height', 'width']
    assert depth.shape == ['batch', 1, 'height', 'width']
    assert session.get_modelmeta().custom_metadata_map['depth'] == 'meters'
    _agrees(model, FORMATS['onnx'].load(tmp_path / 'a.onnx'))


@pytest.mark.parametrize('scales', [[1], [0.5], [0.25, 1, 2]])
def test_checkpoint_and_published_student_give_what_the_estimator_gives(
    checkpoints: tuple[Config, Path, Path],
) -> None:
    cfg, checkpoint, student = checkpoints
    image = torch.randint(256, (2, 3, 48, 64))
    estimator = MODELS.build(cfg.model).eval()
    estimator.load_state_dict(torch.load(checkpoint)['state_dict'])
    bgr = list(image.flip(1))
    inputs = estimator.data_preprocessor(dict(inputs=bgr))['inputs']
    expected = estimator(inputs)
    for path in (checkpoint, student):
        model = build_exportable(cfg, str(path))
        assert not any('teacher' in key for key in model.state_dict())
        torch.testing.assert_close(model(image.float()), expected)


class _FirstChannel(nn.Module):
    def estimate(self, image: Tensor) -> Estimate:
        return Estimate(image[:, :1], ())


def test_channels_are_ordered_before_they_are_normalized() -> None:
    red, blue = torch.tensor([10.0, 0, 0]), torch.tensor([0, 0, 10.0])
    for takes_rgb, color in ((True, red), (False, blue)):
        model = ExportableDepth(_FirstChannel(), [2, 3, 4], [4, 5, 6], takes_rgb)
        assert model(color.view(1, 3, 1, 1)).item() == 2


def test_a_foreign_checkpoint_and_a_config_without_student_are_refused(
    checkpoints: tuple[Config, Path, Path], tiny_config: Callable[..., Config], tmp_path: Path
) -> None:
    _, _, student = checkpoints
    wider = tiny_config(**SHALLOW, model__student__decode_head__channels=24)
    with pytest.raises(
        ValueError,
        match=r'student\.pth: not the weights of .*laterals\.0\.conv',
    ):
        build_exportable(wider, str(student))
    state = torch.load(student)['state_dict']
    state.pop('decode_head.output.bias')
    torch.save(state, tmp_path / 'part.pth')
    with pytest.raises(ValueError, match=r'has no student\.decode_head\.output\.bias \(1 such'):
        build_exportable(tiny_config(**SHALLOW), str(tmp_path / 'part.pth'))
    with pytest.raises(ValueError, match='has no student, and only that'):
        build_exportable(Config(dict(model=dict(type='x'))), str(student))


@pytest.mark.parametrize(
    ('exported', 'message'),
    [
        (lambda image: image[:, :1] * 1.01 + 1, 'differs by 0.01 of the depth'),
        (lambda image: image[:, :1] * torch.nan, 'differs by nan'),
        (lambda image: image[:, :1, :96] + 1, 'returns'),
        (lambda image: (image + torch.ones(96, 128))[:, :1], r'stops at size \(2, 97, 131\): The'),
    ],
)
def test_a_wrong_export_is_refused(exported: Callable, message: str) -> None:
    sizes = [(1, 96, 128), (2, 97, 131)]
    with pytest.raises(ValueError, match=message):
        largest_difference(lambda image: image[:, :1] + 1, exported, sizes)


def test_a_student_that_fixes_a_size_is_refused(tmp_path: Path) -> None:
    class Fixed(nn.Module):
        def estimate(self, image: Tensor) -> Estimate:
            return Estimate(image[:, :1] * torch.ones(64, 80), ())

    with pytest.raises(ValueError, match="the student's layers fix a size: give"):
        FORMATS['torch-export'].export(ExportableDepth(Fixed()), tmp_path / 'a.pt2')


def test_missing_packages_are_named(
    model: ExportableDepth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('mmwsdepth.apis.export.find_spec', lambda name: None)
    with pytest.raises(ValueError, match='run `pip install onnx onnxruntime onnxscript`'):
        check_exportable(model, 'onnx')
    check_exportable(model, 'torchscript')


def test_what_would_fail_later_is_refused_in_a_whole_sentence(
    checkpoints: tuple[Config, Path, Path],
) -> None:
    class SwinTransformer(nn.Module):
        pass

    class MixVisionTransformer(nn.Module):
        pass

    cfg, _, student = checkpoints
    cases: list[tuple[tuple[int, int] | None, type[nn.Module], str, str | None]] = [
        ((48, 64), SwinTransformer, 'torchscript', 'fix the number of images.*another backbone$'),
        (None, MixVisionTransformer, 'torch-export', 'fix a size: give.*for their aspect$'),
        ((48, 64), MixVisionTransformer, 'torch-export', None),
        (None, MixVisionTransformer, 'torchscript', None),
    ]
    for camera, layer, name, complaint in cases:
        model = build_exportable(cfg, str(student), camera)
        model.estimator.backbone = layer()
        with pytest.raises(ValueError, match=complaint) if complaint else nullcontext():
            check_exportable(model, name)
    path = _with_meta(student, scale_by_focal_length=True, trained_focal_length=9.0)
    with pytest.raises(ValueError, match='depth is scaled by the focal length'):
        check_exportable(build_exportable(cfg, path), 'onnx')


def test_the_package_imports_without_onnx(run_program) -> None:
    done = run_program(
        'import sys, mmwsdepth.apis.export; print([m for m in sys.modules if "onnx" == m[:4]])'
    )
    assert done.stdout.strip() == '[]', done.stderr


@pytest.mark.slow
def test_the_tool_writes_beside_the_checkpoint_and_reports(
    checkpoints: tuple[Config, Path, Path], tmp_path: Path, preloaded: dict[str, str]
) -> None:
    cfg, _, student = checkpoints
    (tmp_path / 'tiny.py').write_text(cfg.pretty_text)
    command = ['python', str(ROOT / 'tools' / 'export.py'), 'tiny.py', str(student)]
    command += ['--to', 'torchscript']

    def run(*options: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [*command, *options], env=preloaded, capture_output=True, text=True, cwd=tmp_path
        )

    done = run()
    assert done.returncode == 0, done.stderr[-3000:]
    assert 'student.torchscript: at most' in done.stdout
    assert student.with_suffix('.torchscript').is_file()
    assert run('--opset', '18').returncode == 2
    before = student.read_bytes()
    done = run('--out', str(student))
    assert 'student.pth: this output would overwrite the input' in done.stderr.splitlines()[-1]
    assert done.returncode == 1 and student.read_bytes() == before
