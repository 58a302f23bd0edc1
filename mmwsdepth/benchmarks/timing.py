"""Time things in turns, so that what slows the machine down slows all of them."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import NamedTuple

Work = Callable[[], object]


class Ratio(NamedTuple):
    """A ratio of medians, and the quartiles of the ratios round by round."""

    value: float
    low: float
    high: float


def time_in_turns(
    works: Mapping[str, Work],
    rounds: int,
    synchronize: Work = lambda: None,
    clock: Callable[[], float] = perf_counter,
) -> dict[str, list[float]]:
    """Time works as A B C A B C ..., after one call of each that does not count.

    Args:
        works: What to call, by name.
        rounds: Timed calls of each.
        synchronize: Waits for the device; called before and after each.
        clock: Tells seconds.

    Returns:
        Seconds of each call by name.
    """
    for work in works.values():
        work()
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            synchronize()
            start = clock()
            work()
            synchronize()
            seconds[name].append(clock() - start)
    return seconds


def ratio_of(seconds: Sequence[float], reference: Sequence[float]) -> Ratio:
    """Compare two things that were timed in turns.

    Args:
        seconds: Of one, a call each.
        reference: Of the other, as many.
    """
    ratios = [a / b for a, b in zip(seconds, reference, strict=True)]
    value = statistics.median(seconds) / statistics.median(reference)
    if len(ratios) == 1:
        return Ratio(value, value, value)
    low, _, high = statistics.quantiles(ratios, n=4, method='inclusive')
    return Ratio(value, low, high)
