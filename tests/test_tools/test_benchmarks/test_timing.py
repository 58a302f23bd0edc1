import time

import pytest
from benchmarks.setting import Setting
from benchmarks.timing import ratio_of, time_in_turns


def test_cases_take_turns_each_after_two_calls_that_do_not_count() -> None:
    calls: list[str] = []
    cases = {name: lambda name=name: calls.append(name) for name in 'abc'}
    times = time_in_turns(cases, Setting(rounds=2))
    assert ''.join(calls) == 'aaabbbccc' * 2
    assert {name: len(found) for name, found in times.seconds.items()} == dict(a=2, b=2, c=2)


def test_processor_time_leaves_out_what_others_take() -> None:
    cases = dict(sleeps=lambda: time.sleep(0.05))
    assert time_in_turns(cases, Setting(rounds=1)).median('sleeps') >= 0.05
    assert time_in_turns(cases, Setting(rounds=1, clock='processor')).median('sleeps') < 0.02


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
