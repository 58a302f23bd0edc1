from itertools import pairwise

import pytest
from benchmarks import train_step
from benchmarks.memory import Peak
from benchmarks.models import read_config
from benchmarks.train_step import PARTS, PLAIN, Batch, build_step, steps_of

from mmwsdepth.apis import load_config

BATCH = Batch(2, (32, 64), (8, 16))


def test_each_step_adds_one_part_and_plain_is_supervised_at_hr(tiny, monkeypatch) -> None:
    sizes = []
    make = train_step.random_samples
    monkeypatch.setattr(
        train_step, 'random_samples', lambda n, size, d: sizes.append(size) or make(n, size, d)
    )
    cfg = read_config(tiny)
    found = [set(build_step(cfg, BATCH, step, 'cpu')()) for step in steps_of(cfg).values()]
    assert sizes == [(32, 64)] + 6 * [(8, 16)]
    assert found[:2] == [{'loss_hr'}] * 2
    added = [after - before for before, after in pairwise(found[1:5])]
    assert added == [{'loss_lr'}, {'loss_consistency'}, {'loss_affinity', 'loss_teacher'}]
    hr, lr = found[5:]
    assert 'loss_hr' in hr and 'loss_lr' not in hr
    assert 'loss_lr' in lr and 'loss_hr' not in lr


def test_every_step_is_measured_beside_the_plain_one(setting, tiny, monkeypatch) -> None:
    monkeypatch.setattr(train_step, 'peak_memory', lambda build, setting: Peak(9, 3))
    (table,) = train_step.run(setting._replace(rounds=1), [(32, 64)], tiny, 1, [4])
    assert [row['step'] for row in table.rows] == list(steps_of(read_config(tiny)))
    assert table.rows[0]['step'] == PLAIN
    assert table.rows[0]['time / plain'].value == table.rows[0]['memory / plain'] == 1
    assert all(row['ms'] > 0 for row in table.rows)
    assert table.title == 'train_step of tiny, 1 images of 32x64, 8x16 depth'


def test_a_config_of_a_plain_student_is_refused(tiny) -> None:
    cfg = read_config(tiny, dict.fromkeys((f'model.{part}' for part in PARTS), None))
    with pytest.raises(SystemExit, match=r'error: .*tiny\.py: model has no loss_lr, loss_con'):
        steps_of(cfg)


def test_a_config_without_a_student_is_refused() -> None:
    with pytest.raises(SystemExit, match=r'error: .*has no student'):
        read_config('mmwsdepth::depth_reconstruction_nyu.py')


def test_models_are_built_without_anything_to_download(tiny) -> None:
    for config in (tiny, 'mmwsdepth::wsdepth_nyu.py'):
        raw = str(load_config(config).model)
        assert "'Pretrained'" in raw or "'pretrained': True" in raw
        model = str(read_config(config).model)
        assert "'Pretrained'" not in model and "'pretrained': True" not in model
