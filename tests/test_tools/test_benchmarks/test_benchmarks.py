"""Inference, loading and export beside their references, and the command, at tiny sizes."""

import runpy
import sys
from pathlib import Path

import pytest
import torch
from benchmarks import dataload, export, infer
from benchmarks.memory import Peak

from mmwsdepth.apis.exportable import ExportableDepth
from mmwsdepth.models.estimators import Estimate
from tests.conftest import ROOT

TOOL = ROOT / 'tools' / 'benchmark.py'


def call(monkeypatch: pytest.MonkeyPatch, options: str) -> None:
    monkeypatch.setattr(sys, 'argv', [str(TOOL), *options.split()])
    runpy.run_path(str(TOOL), run_name='__main__')


def test_every_mode_predicts_at_the_image_size(setting, tiny, monkeypatch) -> None:
    peaks = []
    monkeypatch.setattr(
        infer, 'peak_memory', lambda build, setting: peaks.append(build) or Peak(9, 3)
    )
    small = {'model.test_cfg': dict(tile=(32, 48), global_size=32)}
    (table,) = infer.run(setting._replace(rounds=1), [(48, 80)], tiny, small)
    assert [(row['size'], row['mode']) for row in table.rows] == [
        ('48x80', 'whole'),
        ('48x80', 'slide'),
    ]
    depths = []
    for build in peaks:
        torch.manual_seed(0)
        depths.append(build()()[0].pred_depth_map.data)
    assert [depth.shape for depth in depths] == [(1, 48, 80)] * 2
    assert not torch.allclose(*depths)


def test_both_pipelines_load_every_image(setting, rooms_root: Path) -> None:
    (table,) = dataload.run(setting._replace(rounds=1), str(rooms_root), images=3)
    assert [row['pipeline'] for row in table.rows] == ['ours', 'mmseg']
    assert all(row['images / s'] > 0 for row in table.rows)
    dataset = dataload.mmseg_dataset(str(rooms_root))
    assert dataload.one_pass(dataset, 5)() == 5
    with pytest.raises(SystemExit, match=r'error: .*: 8 images, take --images 8'):
        dataload.one_pass(dataset, 9)


def test_export_is_measured_on_the_processor_alone(setting) -> None:
    with pytest.raises(SystemExit, match=r'error: .*take --device cpu'):
        export.run(setting._replace(device='cuda'), [(64, 64)], '')


def test_onnxruntime_agrees_with_pytorch(setting, tiny, monkeypatch) -> None:
    pytest.importorskip('onnxruntime')
    layer = torch.nn.Conv2d(3, 1, 3, padding=1)
    layer.estimate = lambda image: Estimate(layer(image).exp(), ())
    model = ExportableDepth(layer, std=[255.0]).eval()
    monkeypatch.setattr(export, 'build_exportable', lambda cfg, checkpoint: model)
    (table,) = export.run(setting, [(64, 96)], tiny)
    assert [row['runtime'] for row in table.rows] == ['torch', 'onnxruntime']
    assert [row['median difference'] for row in table.rows] == pytest.approx([0, 0], abs=1e-4)


def test_the_command_prints_a_table(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    call(monkeypatch, 'affinity --size 64x64 --channels 8 --strides 16 --threads 1 --rounds 1')
    printed = capsys.readouterr().out
    assert '### affinity at 64x64, batch 2, 8 channels' in printed
    assert '| 16 |' in printed and torch.__version__ in printed


@pytest.mark.parametrize(
    ('options', 'complaint'),
    [
        ('infer --size 480', "'480' is not HxW in pixels"),
        ('infer --size 0x64', "'0x64' is not HxW in pixels"),
        ('infer --rounds 0', "'0' is not a number of at least 1"),
        ('affinity --device cuda', 'PyTorch sees no CUDA device'),
        ('evaluate', "invalid choice: 'evaluate'"),
    ],
)
def test_what_cannot_be_meant_is_refused(monkeypatch, capsys, options, complaint) -> None:
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    with pytest.raises(SystemExit, match='2'):
        call(monkeypatch, options)
    assert complaint in capsys.readouterr().err


def test_the_processors_clock_does_not_see_cuda(monkeypatch, capsys) -> None:
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    with pytest.raises(SystemExit, match='2'):
        call(monkeypatch, 'affinity --device cuda --clock processor')
    assert 'take --clock wall' in capsys.readouterr().err
