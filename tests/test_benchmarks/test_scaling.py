import pytest
import torch

from mmwsdepth.benchmarks import Table, processes, scaling
from mmwsdepth.benchmarks.steps import Batch, step_of, variants_of
from mmwsdepth.benchmarks.students import read_config

SIZE = (32, 64)


def test_one_thing_changes_at_a_time(setting, tiny, monkeypatch) -> None:
    monkeypatch.setattr(scaling, 'several_processes', lambda *_: Table('', (), []))
    sizes, options = [(32, 64), (64, 64)], dict(batches=[1, 2], ratios=[2, 4])
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
