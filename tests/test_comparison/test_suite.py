from pathlib import Path

import pytest
from mmengine.config import Config

from mmwsdepth.comparison import Run, Variant, load_suite

SUITE = """
a = dict(x=1, y=[1, 2])
data = dict(type='Set', data_root='here')
variants = dict(
    one=dict(a=dict(x=2)),
    two=dict(a=dict(y=[3]), starts_from='one', series='all', ratio=8),
    three=dict(weights_from='one'),
    four=dict(starts_from='two'),
)
variants.pop('four')
"""


@pytest.fixture
def suite(tmp_path: Path) -> str:
    path = tmp_path / 'suite.py'
    path.write_text(SUITE)
    return str(path)


def test_a_variant_is_the_base_with_its_difference(suite: str) -> None:
    one, two, three = load_suite(suite)
    assert (one.name, one.cfg.a, one.weights_from) == ('one', dict(x=2, y=[1, 2]), None)
    assert two.cfg.a == dict(x=1, y=[3])
    assert (two.starts_from, two.weights_from) == ('one', None)
    assert (two.series, two.ratio) == ('all', 8)
    assert not {'starts_from', 'weights_from', 'series', 'ratio'} & {*two.cfg, *three.cfg}
    assert three.cfg.a == dict(x=1, y=[1, 2])
    assert three.weights_from == 'one'
    assert 'variants' not in one.cfg


def test_the_data_lie_where_the_user_says(suite: str) -> None:
    assert {v.cfg.data.data_root for v in load_suite(suite)} == {'here'}
    assert {v.cfg.data.data_root for v in load_suite(suite, data_root='there')} == {'there'}


def test_a_first_stage_has_none_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / 'suite.py'
    path.write_text(SUITE.replace("variants.pop('four')", ''))
    with pytest.raises(ValueError, match="'four' starts from 'two', which is not a first stage"):
        load_suite(str(path))


def test_folders_of_what_a_run_takes_weights_from() -> None:
    run = Run(Variant('b', Config(), weights_from='a'), 3, Path('w/b/seed_3'))
    assert run.trained == Path('w/a/seed_3')
    own = Run(Variant('b', Config(), starts_from='a'), 3, Path('w/b/seed_3'))
    assert own.trained == own.folder


def test_only_keeps_the_first_stage_of_what_is_scored_anew(tmp_path: Path) -> None:
    path = tmp_path / 'suite.py'
    path.write_text(SUITE.replace("weights_from='one'", "weights_from='two'"))
    assert [v.name for v in load_suite(str(path), ['three'])] == ['one', 'two', 'three']


def test_only_keeps_what_its_variants_need(suite: str) -> None:
    assert [v.name for v in load_suite(suite, ['three'])] == ['one', 'three']
    assert [v.name for v in load_suite(suite, ['two'])] == ['one', 'two']
    with pytest.raises(KeyError, match="no variant 'four', there are one, two, three"):
        load_suite(suite, ['four'])
