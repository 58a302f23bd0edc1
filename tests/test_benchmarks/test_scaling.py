from pathlib import Path

import pytest
import torch

from mmwsdepth.benchmarks import Table, processes, run_cost, scaling
from mmwsdepth.benchmarks.options import benchmark_options
from mmwsdepth.benchmarks.run_cost import Assumptions, Run, cost_of_runs, operations_per_image
from mmwsdepth.benchmarks.steps import Batch, step_of, variants_of
from mmwsdepth.benchmarks.students import read_config
from mmwsdepth.diagnosis import count_branches

SIZE = (32, 64)
ASSUMED = Assumptions(gpus=2, peak_tflops=1.0, utilisation=0.5, load_rate=4.0)


@pytest.fixture
def run_of(tiny: str, tmp_path: Path):
    """A function that writes a config of a run with further lines and gives its path."""

    def make(lines: str = '') -> str:
        path = tmp_path / 'run.py'
        path.write_text(
            Path(tiny).read_text()
            + f"crop = dict(type='mmwsdepth.RandomCropRGBD', crop_size={SIZE})\n"
            'train_dataloader = dict(batch_size=3, num_workers=5, dataset=dict(pipeline=[crop]))\n'
            f'train_cfg = dict(max_iters=7)\n{lines}\n'
        )
        return str(path)

    return make


def test_one_thing_changes_at_a_time(setting, tiny, monkeypatch) -> None:
    monkeypatch.setattr(scaling, 'several_processes', lambda *_: Table('', (), []))
    sizes, options = [(32, 64), (64, 64)], dict(batches=[1, 2], ratios=[2, 4], runs=[])
    batch, resolution, ratio, _ = scaling.run(setting, sizes, tiny, batch=1, **options)
    columns = ('images', 'image', 'ground truth')
    rows = [
        [tuple(row[c] for c in columns) for row in table.rows]
        for table in (batch, resolution, ratio)
    ]
    assert rows == [
        [(1, '32x64', '8x16'), (2, '32x64', '8x16')],
        [(1, '32x64', '8x16'), (1, '64x64', '16x16')],
        [(1, '32x64', '16x32'), (1, '32x64', '8x16')],
    ]
    assert batch.rows[0]['time / 1'].value == 1
    assert batch.rows[1]['MiB'] > 1.5 * batch.rows[0]['MiB']
    assert ratio.rows[0]['MiB'] > ratio.rows[1]['MiB']


def test_processes_that_share_gradients_learn_the_same(setting, tiny) -> None:
    cfg = read_config(tiny)
    step = step_of(cfg, Batch(1, SIZE, (8, 16)), setting, variants_of(cfg)[-1])
    table = processes.several_processes(step, 2, setting)
    assert [row['steps'] for row in table.rows] == [
        processes.ALONE, processes.APART, processes.TOGETHER,
    ]  # fmt: skip
    assert [row['processes'] for row in table.rows] == [1, 2, 2]
    assert table.rows[0]['efficiency'].value == 1
    assert all(len(row['seconds']) == setting.rounds for row in table.rows)


def test_efficiency_is_the_time_of_one_over_that_of_all(setting) -> None:
    table = processes._table(
        {processes.ALONE: [2.0, 2.0], processes.TOGETHER: [4.0, 4.0]}, 2, setting
    )
    assert table.rows[1]['efficiency'].value == 0.5
    assert table.rows[1]['ms'] == 4000


def test_more_processes_than_devices_are_refused(setting, monkeypatch) -> None:
    object.__setattr__(setting, 'device', 'cuda')
    monkeypatch.setattr(torch.cuda, 'device_count', lambda: 1)
    with pytest.raises(ValueError, match='processes=2, and PyTorch sees 1 CUDA devices'):
        processes.several_processes(lambda: None, 2, setting)


def test_a_run_costs_what_its_parts_say(run_of) -> None:
    path = run_of()
    hr, lr, teacher = (b.macs for b in count_branches(read_config(path), SIZE, 4))
    (row,) = cost_of_runs([Run(path, 4)], ASSUMED).rows
    operations = 2 * 3 * (hr + lr + teacher)
    assert row['GFLOP / image'] == pytest.approx(operations / 1e9)
    images = 7 * 3 * 2
    assert row['PFLOP'] == pytest.approx(operations * images / 1e15)
    assert row['hours computing'] == pytest.approx(operations * images / 1e12 / 3600)
    assert row['hours loading'] == pytest.approx(images * 32 * 64 / 1e6 / (2 * 5 * 4.0) / 3600)


@pytest.mark.parametrize(
    ('lines', 'counts'),
    [
        ("model['teacher']['frozen'] = True", (3, 3, 1)),
        ('model |= dict(loss_hr=None, loss_consistency=None, loss_affinity=None)', (3, 3)),
    ],
)
def test_only_what_learns_costs_a_backward_pass(run_of, lines, counts) -> None:
    cfg = read_config(run_of(lines))
    branches = count_branches(cfg, SIZE, 4)
    expected = sum(2 * n * branch.macs for n, branch in zip(counts, branches, strict=True))
    assert operations_per_image(cfg, SIZE, 4) == expected


def test_shipped_runs_can_be_calculated() -> None:
    table = cost_of_runs(run_cost.RUNS, ASSUMED._replace(load_rate=None))
    recipe, paper, _ = (row['GFLOP / image'] for row in table.rows)
    assert 0.5 < recipe / paper < 0.5 * (1 + 1 / 4), 'an HR image or a quarter of it, no teacher'
    assert 'hours loading' not in table.columns
    assert 'Not measured' in table.notes[0]


@pytest.mark.parametrize(
    ('changes', 'complaint'),
    [
        (dict(gpus=0), 'gpus=0, '),
        (dict(utilisation=1.5), r'utilisation=1\.5'),
        (dict(load_rate=0.0), 'load_rate=0 must be above 0'),
    ],
)
def test_assumptions_that_cannot_be_meant_are_refused(changes, complaint) -> None:
    with pytest.raises(ValueError, match=complaint):
        cost_of_runs([Run('mmwsdepth::wsdepth_nyu.py', 4)], ASSUMED._replace(**changes))


def test_a_pipeline_without_a_crop_is_refused() -> None:
    with pytest.raises(ValueError, match='no crop_size'):
        cost_of_runs([Run('mmwsdepth::wsdepth_rooms.py', 4)], ASSUMED)


def test_runs_are_given_by_config_and_ratio(capsys) -> None:
    parse = benchmark_options().parse_args
    assert parse(['scaling', '--runs', 'mmwsdepth::a.py@7.5']).runs == [Run('mmwsdepth::a.py', 7.5)]
    with pytest.raises(SystemExit):
        parse(['scaling', '--runs', 'a.py'])
    assert "'a.py' is not CONFIG@RATIO" in capsys.readouterr().err
