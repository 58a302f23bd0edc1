"""Evaluation, inference, loading and export: each beside its reference, at tiny sizes."""

import json
import runpy
import sys
from functools import partial
from pathlib import Path

import pytest
import torch

from mmwsdepth.apis import load_config
from mmwsdepth.apis.exportable import ExportableDepth
from mmwsdepth.benchmarks import SUITES, dataload, evaluate, export, infer
from mmwsdepth.benchmarks.options import benchmark_options
from mmwsdepth.benchmarks.students import build_model, read_config
from mmwsdepth.models.estimators import Estimate
from mmwsdepth.registry import DATASETS
from tests.conftest import ROOT


def test_both_metrics_score_the_same_predictions_alike() -> None:
    for size in ((480, 640), (24, 32)):
        crops = evaluate.NYU_CROPS if size == evaluate.NYU_SIZE else dict(ours={}, mmseg={})
        ours, theirs = (
            evaluate.score(evaluate.PROTOCOLS[name] | crops[name], size, 3, 'cpu', 0)()
            for name in (evaluate.OURS, evaluate.THEIRS)
        )
        for name in set(ours) - set(evaluate.OTHER_CONVENTION):
            assert ours[name] == pytest.approx(theirs[name], rel=1e-5), name


def test_one_number_of_images_a_size(setting) -> None:
    with pytest.raises(ValueError, match='images has 1 numbers for 2 sizes'):
        evaluate.run(setting, [(24, 32), (48, 64)], images=[3])


def test_every_mode_predicts_at_the_image_size(tiny) -> None:
    model = read_config(tiny).model.to_dict()
    model |= dict(teacher=None, loss_affinity=None)
    small = dict(tile=(32, 48), global_size=32)
    found = {}
    for name, mode in infer.MODES.items():
        torch.manual_seed(0)
        work = infer.predict(model | dict(test_cfg=small | mode), (48, 80), 'cpu', 0)
        found[name] = work()[0].pred_depth_map.data
        assert found[name].shape == (1, 48, 80)
    assert len({float(depth.std()) for depth in found.values()}) == len(infer.MODES)


def test_both_pipelines_load_every_image(setting, tmp_path: Path) -> None:
    with dataload.folder_of(None, (48, 64), 3, 0) as folder:
        (table,) = dataload.run(setting, [(48, 64)], folder, images=3, batch=2, workers=0)
        assert [row['pipeline'] for row in table.rows] == [
            dataload.OURS,
            dataload.SAME,
            dataload.THEIRS,
        ]
        assert all(row['images / s'] > 0 for row in table.rows)
        work = dataload.one_pass(dataload.mmseg_dataset(folder), 0, 2, 3, 0)
        assert work() == 3
        with pytest.raises(ValueError, match='3 images, wanted 4'):
            dataload.one_pass(dataload.mmseg_dataset(folder), 0, 2, 4, 0)
    assert not Path(folder).exists()


def test_with_their_steps_a_sample_has_the_size_of_theirs() -> None:
    with dataload.folder_of(None, (500, 600), 1, 0) as folder:
        theirs = dataload.mmseg_dataset(folder)
        ours = load_config(dataload.CONFIG, data_root=folder).train_dataloader.dataset.to_dict()
        same = dataload.with_their_steps(ours, theirs)
        samples = [DATASETS.build(dataset)[0] for dataset in (same, theirs)]
    assert samples[0]['inputs'].shape == samples[1]['inputs'].shape == (3, 480, 480)
    depths = [sample['data_samples'].gt_depth_map.data for sample in samples]
    assert depths[0].shape == (1, 480, 480) and depths[1].shape[-2:] == (480, 480)


def test_export_is_measured_on_the_processor_alone(setting) -> None:
    object.__setattr__(setting, 'device', 'cuda')
    with pytest.raises(ValueError, match='take device=cpu'):
        export.run(setting, [(64, 64)])


def test_runtimes_agree_with_pytorch(setting, tiny, monkeypatch) -> None:
    pytest.importorskip('onnxruntime')
    torch.manual_seed(0)
    layer = torch.nn.Conv2d(3, 1, 3, padding=1)
    layer.estimate = lambda image: Estimate(layer(image).exp(), ())
    model = ExportableDepth(layer, std=[255.0]).eval()
    monkeypatch.setattr(export, 'build_exportable', lambda cfg, checkpoint: model)
    (table,) = export.run(setting, [(64, 96)], tiny)
    differences = {row['runtime']: row['median difference'] for row in table.rows}
    assert differences[export.TORCH] == 0
    assert differences[export.FLOAT32] < 1e-4
    assert 1e-5 < differences[export.INT8] < 0.1


def test_models_are_built_without_anything_to_download(tiny) -> None:
    for config in (tiny, 'mmwsdepth::wsdepth_nyu.py'):
        raw = str(load_config(config).model)
        assert "'Pretrained'" in raw or "'pretrained': True" in raw
        model = str(read_config(config).model)
        assert "'Pretrained'" not in model and "'pretrained': True" not in model


def test_an_untrained_model_of_several_scales_predicts(tiny) -> None:
    model = read_config(tiny).model.to_dict() | dict(teacher=None, loss_affinity=None)
    model |= dict(test_cfg=dict(scales=(0.5, 1, 2)))
    (sample,) = infer.predict(model, (64, 96), 'cpu', 0)()
    assert sample.pred_depth_map.data.shape == (1, 64, 96)


def test_weights_follow_the_seed(setting, tiny) -> None:
    model = read_config(tiny).model.to_dict()
    build = partial(build_model, model, 'cpu')
    setting.apply()
    first = build().state_dict()
    setting.apply()
    second = build().state_dict()
    assert all(torch.equal(first[key], second[key]) for key in first)


@pytest.mark.parametrize('suite', list(SUITES))
def test_options_are_those_that_the_suite_takes(suite: str) -> None:
    parsed = vars(benchmark_options().parse_args([suite, '--size', '48x64', '32x32']))
    assert parsed['size'] == [(48, 64), (32, 32)]
    assert set(parsed) == {
        'suite', 'size', 'device', 'threads', 'rounds', 'clock', 'seed', 'memory_limit',
        'out',
    }  # fmt: skip


def test_a_size_is_height_and_width(capsys) -> None:
    with pytest.raises(SystemExit):
        benchmark_options().parse_args(['infer', '--size', '480'])
    assert "'480' is not HxW in pixels" in capsys.readouterr().err


def test_the_tool_prints_a_table_and_writes_the_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    out = tmp_path / 'found.json'
    options = '--size 64x64 --channels 8 --strides 4 --threads 1 --rounds 2 --seed 3'
    tool = ROOT / 'tools' / 'benchmark.py'
    monkeypatch.setattr(sys, 'argv', [str(tool), 'affinity', *options.split(), '--out', str(out)])
    runpy.run_path(str(tool), run_name='__main__')
    found = json.loads(out.read_text())
    assert found['suite'] == 'affinity'
    assert found['options']['channels'] == [8]
    assert found['environment']['threads'] == 1
    assert found['environment']['seed'] == 3
    (row,) = found['tables'][0]['rows']
    assert row['positions'] == 256
    assert len(row['seconds']['ours']) == 2
    printed = capsys.readouterr().out
    assert '| 16x16 | 256 |' in printed
    assert found['environment']['versions']['torch'] in printed


def test_the_tool_names_what_cannot_be_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    tool = ROOT / 'tools' / 'benchmark.py'
    monkeypatch.setattr(sys, 'argv', [str(tool), 'infer', '--rounds', '0'])
    with pytest.raises(SystemExit, match='error: rounds=0 must be above 0'):
        runpy.run_path(str(tool), run_name='__main__')
