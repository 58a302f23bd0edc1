"""Time and memory of things that are compared."""

import statistics
from collections.abc import Callable, Sequence
from typing import NamedTuple

from .memory import MIB, Peak, peak_memory
from .setting import CLOCKS, Setting
from .timing import Ratio, Work, ratio_of, time_in_turns


class Thing(NamedTuple):
    """Something to measure.

    Attributes:
        name: What stands in the table.
        build: Makes the work to be measured; picklable, a `functools.partial` of a function.
    """

    name: str
    build: Callable[[], Work]


class Measured(NamedTuple):
    """What was found.

    Attributes:
        seconds: Of each call.
        peak: Memory, where it was asked for.
    """

    seconds: list[float]
    peak: Peak | None = None

    @property
    def median(self) -> float:
        """Seconds."""
        return statistics.median(self.seconds)

    @property
    def own_mib(self) -> float | None:
        """MiB that it took at most beyond the interpreter and its libraries."""
        return None if self.peak is None else self.peak.own / MIB


def measure(things: Sequence[Thing], setting: Setting, memory: bool = True) -> dict[str, Measured]:
    """Take each thing's peak memory alone, then time all in turns.

    Args:
        things: What is compared.
        setting: How.
        memory: Whether to look at memory.

    Returns:
        By name; what takes more memory than the limit is missing.
    """
    peaks: dict[str, Peak | None] = {}
    for thing in things:
        peak = peak_memory(thing.build, setting) if memory else None
        if not memory or peak is not None:
            peaks[thing.name] = peak
    works = {}
    for thing in things:
        if thing.name in peaks:
            setting.apply()
            works[thing.name] = thing.build()
    seconds = time_in_turns(works, setting.rounds, setting.synchronize, CLOCKS[setting.clock])
    return {name: Measured(seconds[name], peak) for name, peak in peaks.items()}


def time_ratio(found: dict[str, Measured], name: str, reference: str) -> Ratio | None:
    """Time of one thing over another's; None where either is missing."""
    if name not in found or reference not in found:
        return None
    return ratio_of(found[name].seconds, found[reference].seconds)


def memory_ratio(found: dict[str, Measured], name: str, reference: str) -> float | None:
    """Own peak memory of one thing over another's; None where either is missing."""
    ours, theirs = (found[key].own_mib if key in found else None for key in (name, reference))
    return None if ours is None or theirs is None else ours / theirs
