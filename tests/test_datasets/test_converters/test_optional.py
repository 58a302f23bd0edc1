import pytest

from mmwsdepth.datasets.converters.optional import optional_module


def test_a_package_that_is_not_there_is_named_with_its_command():
    with pytest.raises(ValueError, match=r'needs not-there.*`prepare`.*`pip install not-there`'):
        optional_module('not_there.at_all', 'not-there')


def test_a_package_that_is_there_is_imported():
    assert optional_module('json.decoder', 'json').JSONDecoder
