import warnings

import pytest
from mmengine.registry import TRANSFORMS as MMENGINE_TRANSFORMS

from mmwsdepth.datasets.transforms import LoadColor
from mmwsdepth.registry import TRANSFORMS
from mmwsdepth.renamed import current_name


@pytest.mark.parametrize('registry', [TRANSFORMS, MMENGINE_TRANSFORMS])
def test_a_config_with_an_old_name_builds_what_it_is_called_in_this_release(registry):
    with pytest.warns(FutureWarning, match="'LoadColour' is called 'LoadColor'"):
        assert isinstance(registry.build(dict(type='mmwsdepth.LoadColour')), LoadColor)


def test_a_name_of_this_release_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        assert current_name('LoadColor') == 'LoadColor'
        TRANSFORMS.build(dict(type='mmwsdepth.LoadColor'))
