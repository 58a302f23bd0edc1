from itertools import pairwise

import pytest
import torch

from mmwsdepth.benchmarks import train_step
from mmwsdepth.benchmarks.memory import Peak
from mmwsdepth.benchmarks.steps import (
    OPTIONS,
    PARTS,
    PLAIN,
    Batch,
    Option,
    gradient_distance,
    step_of,
    variants_of,
)
from mmwsdepth.benchmarks.students import read_config

BATCH = Batch(2, (32, 64), (8, 16))


def test_each_variant_adds_one_part_and_plain_is_supervised_at_hr(setting, tiny) -> None:
    cfg = read_config(tiny)
    variants = variants_of(cfg)
    found = []
    for variant in variants:
        step = step_of(cfg, BATCH, setting, variant)()
        found.append(set(step.model.loss(step.inputs, step.samples)))
        height = step.samples[0].gt_depth_map.data.shape[-2]
        assert height == (32 if variant == PLAIN else 8)
    assert found[:2] == [{'loss_hr'}] * 2
    added = [after - before for before, after in pairwise(found[1:])]
    assert added == [{'loss_lr'}, {'loss_consistency'}, {'loss_affinity', 'loss_teacher'}]
    assert variants[-1].parts == PARTS


def test_a_step_learns(setting, tiny) -> None:
    cfg = read_config(tiny)
    step = step_of(cfg, BATCH, setting, variants_of(cfg)[-1])()
    before = [p.clone() for p in step.model.parameters()]
    step()
    moved = [not torch.equal(a, b) for a, b in zip(before, step.model.parameters(), strict=True)]
    assert all(moved)


def test_ways_to_compute_are_compared_by_their_gradients(setting, tiny) -> None:
    cfg = read_config(tiny)
    whole = step_of(cfg, BATCH, setting, variants_of(cfg)[-1])
    assert gradient_distance(whole, whole, setting) == 0
    half = step_of(cfg, BATCH, setting, variants_of(cfg)[-1], 'channels first, bfloat16')
    assert 1e-4 < gradient_distance(half, whole, setting) < 1
    plain = step_of(cfg, BATCH, setting, PLAIN)
    assert gradient_distance(plain, whole, setting) > 0.05


def test_the_suite_shows_every_part_and_says_what_a_model_refuses(
    setting, tiny, monkeypatch
) -> None:
    monkeypatch.setattr(
        'mmwsdepth.benchmarks.measure.peak_memory', lambda build, setting: Peak(9, 3)
    )
    monkeypatch.setitem(OPTIONS, 'odd', Option({'odd': True}))
    chosen = ['channels first', 'checkpointing', 'odd']
    parts, options = train_step.run(setting, [(32, 64)], tiny, batch=2, ratios=[4], options=chosen)
    assert [row['step'] for row in parts.rows] == [
        train_step.REFERENCE, 'loss_hr on the LR grid', '+ loss_lr', '+ loss_consistency',
        '+ loss_affinity', *train_step.ALTERNATING,
    ]  # fmt: skip
    shares = [row['adds'] for row in parts.rows[1:-2]]
    assert 1 + sum(shares) == pytest.approx(parts.rows[-3]['time / plain'].value)
    assert parts.rows[-1]['ms'] < parts.rows[-3]['ms'], 'an LR step is the cheapest'
    assert [row['step'] for row in options.rows] == chosen[:2]
    assert all(row['gradient'] < 1e-3 for row in options.rows)
    assert any('odd: refused' in note and "'odd'" in note for note in options.notes)


def test_checkpointing_reaches_the_innermost_encoder_and_the_decoder(setting) -> None:
    cfg = read_config('mmwsdepth::wsdepth_rooms.py')
    student = step_of(cfg, BATCH, setting, PLAIN, 'checkpointing')().model.student
    assert student.decode_head.recomputes
    assert all('forward' in vars(block) for block in student.backbone.backbone._blocks)


def test_a_config_of_a_plain_student_is_refused(setting, tiny) -> None:
    plain = dict.fromkeys((f'model.{part}' for part in PARTS), None)
    with pytest.raises(ValueError, match=r'tiny\.py: model has none of loss_lr, '):
        train_step.run(setting, [(32, 64)], tiny, cfg_options=plain)


def test_a_config_without_a_student_is_refused(setting) -> None:
    with pytest.raises(ValueError, match='has no student'):
        train_step.run(setting, [(32, 64)], config='mmwsdepth::depth_reconstruction_nyu.py')
