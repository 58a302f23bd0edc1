from pathlib import Path

import pytest

from mmwsdepth.comparison import load_suite

SUITE = """
a = dict(x=1, y=[1, 2])
variants = dict(one=dict(a=dict(x=2)), two=dict(a=dict(y=[3])), three=dict(weights_from='one'))
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
    assert three.cfg.a == dict(x=1, y=[1, 2])
    assert three.weights_from == 'one'
    assert 'variants' not in one.cfg


def test_only_keeps_what_its_variants_need(suite: str) -> None:
    assert [v.name for v in load_suite(suite, ['three'])] == ['one', 'three']
    with pytest.raises(KeyError, match="no variant 'four', there are one, two, three"):
        load_suite(suite, ['four'])
