import time

import pytest

from mmwsdepth.benchmarks.setting import CLOCKS
from mmwsdepth.benchmarks.timing import ratio_of, time_in_turns


def test_works_take_turns_after_one_call_that_does_not_count() -> None:
    calls: list[str] = []
    works = {name: lambda name=name: calls.append(name) for name in 'abc'}
    seconds = time_in_turns(works, 3, lambda: calls.append('|'))
    assert ''.join(calls) == 'abc' + '|a||b||c|' * 3
    assert {name: len(found) for name, found in seconds.items()} == dict(a=3, b=3, c=3)


def test_seconds_include_the_wait_for_the_device() -> None:
    seconds = time_in_turns(dict(a=lambda: None), 1, lambda: time.sleep(0.02))
    assert 0.02 <= seconds['a'][0] < 0.04


def test_processor_time_leaves_out_what_others_take() -> None:
    works = dict(sleeps=lambda: time.sleep(0.05))
    assert time_in_turns(works, 1)['sleeps'][0] >= 0.05
    assert time_in_turns(works, 1, clock=CLOCKS['processor'])['sleeps'][0] < 0.02


def test_a_ratio_is_of_medians_and_its_spread_of_rounds() -> None:
    ratio = ratio_of([2, 4, 6, 8, 100], [1, 2, 2, 2, 4])
    assert ratio.value == 6 / 2
    assert (ratio.low, ratio.high) == (2, 4)


def test_what_slows_a_round_down_does_not_show_in_the_spread() -> None:
    slowdown = [1, 5, 1, 9]
    ratio = ratio_of([3 * s for s in slowdown], [2 * s for s in slowdown])
    assert ratio == pytest.approx((1.5, 1.5, 1.5))


def test_one_round_has_no_spread() -> None:
    assert ratio_of([3], [2]) == (1.5, 1.5, 1.5)
