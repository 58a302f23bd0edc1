import pytest

from mmwsdepth.benchmarks import other_students
from mmwsdepth.benchmarks.memory import Peak
from mmwsdepth.benchmarks.steps import CONFIGURED
from mmwsdepth.benchmarks.students import read_config
from tests.conftest import ROOT


def test_students_are_compared_with_the_first_and_with_recomputation(
    setting, tiny, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(
        'mmwsdepth.benchmarks.measure.peak_memory', lambda build, setting: Peak(9, 3)
    )
    wide = tmp_path / 'wide.py'
    wide.write_text("_base_ = 'tiny.py'\nmodel = dict(student=dict(decode_head=dict(channels=64)))")
    (table,) = other_students.run(setting, [(32, 64)], [tiny, str(wide)], batch=1)
    assert [(row['config'], row['step']) for row in table.rows] == [
        (path, step) for path in (tiny, str(wide)) for step in (CONFIGURED, 'checkpointing')
    ]
    assert table.rows[0]['time / first'].value == pytest.approx(1)
    assert table.rows[2]['ms'] > table.rows[0]['ms']


def test_the_shipped_students_are_of_the_method() -> None:
    for path in other_students.DEFAULT_CONFIGS:
        assert read_config(str(ROOT / path)).model.teacher
