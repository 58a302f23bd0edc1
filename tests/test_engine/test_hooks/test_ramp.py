import pytest

from mmwsdepth.engine.hooks.ramp import ramp


@pytest.mark.parametrize(
    ('iteration', 'begin', 'length', 'factor'),
    [(0, 0, 0, 1), (0, 0, 4, 0.25), (3, 0, 4, 1), (9, 0, 4, 1), (4, 5, 2, 0), (5, 5, 2, 0.5)],
)
def test_it_rises_linearly(iteration: int, begin: int, length: int, factor: float) -> None:
    assert ramp(iteration, begin, length) == factor
