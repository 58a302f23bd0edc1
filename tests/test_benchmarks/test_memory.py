from functools import partial

import pytest
import torch

from mmwsdepth.benchmarks.affinity import TEACHER_CHANNELS, forward_backward, linear_form
from mmwsdepth.benchmarks.measure import Thing, measure, memory_ratio, time_ratio
from mmwsdepth.benchmarks.memory import MIB, peak_memory, peak_of_tensors

SMALL, DOUBLE, LARGE = (
    partial(forward_backward, linear_form, grid, 64, 4, 'cpu', 0)
    for grid in ((80, 128), (160, 128), (3000, 4000))
)


def test_resident_memory_is_that_of_the_thing_alone(setting) -> None:
    ballast = torch.ones(400 * MIB // 4)
    small, double = (peak_memory(build, setting) for build in (SMALL, DOUBLE))
    assert small is not None and double is not None
    features = 4 * 4 * 80 * 128 * (64 + TEACHER_CHANNELS)
    expected = features + peak_of_tensors(SMALL(), setting)
    assert double.own - small.own == pytest.approx(expected, rel=0.25)
    assert expected < small.own < 4 * ballast.numel()
    assert small.own < small.total


def test_what_needs_more_than_the_limit_is_left_out(setting) -> None:
    found = measure([Thing('small', SMALL), Thing('large', LARGE)], setting)
    assert list(found) == ['small']
    assert len(found['small'].seconds) == setting.rounds
    assert time_ratio(found, 'large', 'small') is None
    assert memory_ratio(found, 'large', 'small') is None
    assert memory_ratio(found, 'small', 'small') == 1


def test_memory_is_asked_for_or_not(setting) -> None:
    found = measure([Thing('local', lambda: lambda: None)], setting, memory=False)
    assert found['local'].peak is None
    assert found['local'].own_mib is None


def test_tensors_that_live_at_once_are_counted(setting) -> None:
    kept = torch.ones(1000)

    def work() -> None:
        first = kept + 1
        second = first + 1
        del first
        third = second + 1
        del second, third

    assert 2 * 4000 <= peak_of_tensors(work, setting) < 2.1 * 4000
