from pathlib import Path

import pytest
from mmengine.config import Config

from mmwsdepth.comparison import Run, Variant, load_suite

SUITE = """
a = dict(x=1, y=[1, 2])
data = dict(type='Set', data_root='here')
variants = dict(
    one=dict(a=dict(x=2)),
    two=dict(a=dict(y=[3]), series='all', images=8),
    three=dict(weights_from='one'),
)
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
    assert (two.series, two.images, two.weights_from) == ('all', 8, None)
    assert not {'weights_from', 'series', 'images'} & {*two.cfg, *three.cfg}
    assert three.cfg.a == dict(x=1, y=[1, 2])
    assert three.weights_from == 'one'
    assert 'variants' not in one.cfg


def test_the_data_lie_where_the_user_says(suite: str) -> None:
    assert {v.cfg.data.data_root for v in load_suite(suite)} == {'here'}
    assert {v.cfg.data.data_root for v in load_suite(suite, data_root='there')} == {'there'}


def test_folders_of_what_a_run_takes_weights_from() -> None:
    run = Run(Variant('b', Config(), weights_from='a'), 3, Path('w/b/seed_3'))
    assert run.trained == Path('w/a/seed_3')
    own = Run(Variant('b', Config()), 3, Path('w/b/seed_3'))
    assert own.trained == own.folder


def test_only_keeps_what_its_variants_need(suite: str) -> None:
    assert [v.name for v in load_suite(suite, ['three'])] == ['one', 'three']
    assert [v.name for v in load_suite(suite, ['two'])] == ['two']
    with pytest.raises(ValueError, match="no variant 'four', there are one, two, three"):
        load_suite(suite, ['four'])


def test_a_config_that_is_no_suite_is_refused(tmp_path: Path) -> None:
    path = tmp_path / 'plain.py'
    for text in ('a = 1', 'variants = dict()'):
        path.write_text(text)
        with pytest.raises(ValueError, match=r'plain\.py: no variants: give a suite'):
            load_suite(str(path))


def test_variants_share_nothing(suite: str) -> None:
    one, two, _ = load_suite(suite)
    one.cfg.a.y = [9]
    one.cfg.data.data_root = 'elsewhere'
    assert two.cfg.data.data_root == 'here' and two.cfg.a.y == [3]
    assert load_suite(suite)[2].cfg.a.y == [1, 2]
