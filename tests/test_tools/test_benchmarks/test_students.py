from pathlib import Path

import pytest
from benchmarks import students
from benchmarks.memory import Peak
from benchmarks.models import build_model, read_config
from benchmarks.train_step import steps_of


def test_students_are_compared_with_the_first_and_with_checkpointing(
    setting, tiny, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(students, 'peak_memory', lambda build, setting: Peak(9, 3))
    wide = tmp_path / 'wide.py'
    head = 'dict(channels=256)'  # takes several times as long, whatever runs beside
    wide.write_text(f"_base_ = 'tiny.py'\nmodel = dict(student=dict(decode_head={head}))")
    (table,) = students.run(setting, [(32, 64)], [tiny, str(wide)], batch=1, ratio=4)
    assert [(row['config'], row['step']) for row in table.rows] == [
        (path, step)
        for path in (tiny, str(wide))
        for step in (students.CONFIGURED, students.CHECKPOINTING)
    ]
    assert table.rows[0]['time / first'].value == pytest.approx(1)
    assert table.rows[2]['ms'] > table.rows[0]['ms']


def test_checkpointing_reaches_the_innermost_encoder_and_the_decoder() -> None:
    cfg = read_config('mmwsdepth::wsdepth_rooms.py')
    student = build_model(students.with_checkpointing(cfg).model.to_dict(), 'cpu').student
    assert student.decode_head.recomputes
    assert all('forward' in vars(block) for block in student.backbone.backbone._blocks)
    assert not cfg.model.student.decode_head.get('with_cp')


def test_the_shipped_students_are_of_the_method() -> None:
    for path in students.STUDENTS:
        assert steps_of(read_config(path))
