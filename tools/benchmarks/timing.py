"""Time cases in turns, so that what slows the machine down slows all of them."""

import statistics
from collections.abc import Callable, Hashable, Mapping, Sequence
from time import process_time
from typing import Any, NamedTuple

from torch.utils.benchmark import Timer
from torch.utils.benchmark.utils.timer import timer as wall_time

from .setting import Setting

Case = Callable[[], object]
CLOCKS = dict(wall=wall_time, processor=process_time)  # the wall clock waits for CUDA


class Ratio(NamedTuple):
    """A ratio of medians, and the quartiles of the ratios round by round."""

    value: float
    low: float
    high: float


class Times(NamedTuple):
    """Seconds of each case in each round, by name."""

    seconds: dict[Hashable, list[float]]

    def median(self, name: Hashable) -> float:
        """Seconds."""
        return statistics.median(self.seconds[name])

    def ratio(self, name: Hashable, reference: Hashable) -> Ratio | None:
        """Compare two cases; None where one is missing."""
        if name not in self.seconds or reference not in self.seconds:
            return None
        return ratio_of(self.seconds[name], self.seconds[reference])


def time_in_turns(cases: Mapping[Any, Case], setting: Setting) -> Times:
    """Time cases as A B C A B C ..., each after two calls that do not count."""
    clock = CLOCKS[setting.clock]
    timers = {
        name: Timer('case()', timer=clock, globals={'case': case}, num_threads=setting.threads)
        for name, case in cases.items()
    }
    seconds: dict[Hashable, list[float]] = {name: [] for name in cases}
    for _ in range(setting.rounds):
        for name, timer in timers.items():
            seconds[name].append(timer.timeit(1).median)
    return Times(seconds)


def ratio_of(seconds: Sequence[float], reference: Sequence[float]) -> Ratio:
    """Compare two cases that were timed in turns, as many calls of one as of the other."""
    ratios = [a / b for a, b in zip(seconds, reference, strict=True)]
    value = statistics.median(seconds) / statistics.median(reference)
    if len(ratios) == 1:
        return Ratio(value, value, value)
    low, _, high = statistics.quantiles(ratios, n=4, method='inclusive')
    return Ratio(value, low, high)
