import os
from functools import partial

import pytest
import torch
from benchmarks.memory import peak_memory


def test_resident_memory_is_that_of_the_case_alone(setting) -> None:
    ballast = torch.ones(400 * 2**18)
    build = partial(partial, torch.ones, 64 * 2**18)
    peak = peak_memory(build, setting)
    assert peak.own == pytest.approx(64, abs=20)
    assert 100 < peak.total - peak.own < 400 + ballast[0]


def test_a_case_that_was_killed_ends_in_a_sentence(setting) -> None:
    with pytest.raises(SystemExit, match='error: a case was killed'):
        peak_memory(partial(partial, os._exit, 1), setting)
