import doctest
import inspect
from importlib import import_module

import pytest

import mmwsdepth.functional

FUNCTIONS = [
    name
    for name in mmwsdepth.functional.__all__
    if inspect.isfunction(getattr(mmwsdepth.functional, name))
]


@pytest.mark.parametrize('name', FUNCTIONS)
def test_every_public_function_has_an_example_that_runs(name: str) -> None:
    function = getattr(mmwsdepth.functional, name)
    names = vars(import_module(function.__module__))
    (example,) = doctest.DocTestFinder(recurse=False).find(function, name, globs=dict(names))
    result = doctest.DocTestRunner().run(example)
    assert result.attempted > 0 and result.failed == 0
