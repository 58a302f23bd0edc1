import json
import warnings

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import TRANSFORMS as MMENGINE_TRANSFORMS

from mmwsdepth.apis.checkpoint_config import config_to_test
from mmwsdepth.commands.infer import parse
from mmwsdepth.datasets.converters.manifest import header_of, records_there
from mmwsdepth.datasets.rooms import write_rooms
from mmwsdepth.datasets.transforms import LoadColor
from mmwsdepth.registry import TRANSFORMS
from mmwsdepth.renamed import current_name


@pytest.mark.parametrize('registry', [TRANSFORMS, MMENGINE_TRANSFORMS])
def test_a_config_with_an_old_name_builds_what_it_is_called_in_this_release(registry):
    with pytest.warns(FutureWarning, match="'LoadColour' is called 'LoadColor'"):
        assert isinstance(registry.build(dict(type='mmwsdepth.LoadColour')), LoadColor)
    with pytest.warns(FutureWarning, match='LoadColour'):
        inherited = dict(type='mmwsdepth.LoadColour', _scope_='mmwsdepth')
        assert isinstance(registry.build(inherited), LoadColor)


def test_a_name_of_this_release_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        assert current_name('LoadColor') == 'LoadColor'
        TRANSFORMS.build(dict(type='mmwsdepth.LoadColor'))


def test_an_option_with_an_old_name_means_what_it_is_called_in_this_release():
    with pytest.warns(FutureWarning, match="'colour' is called 'color'"):
        args = parse(['student.pth', 'a.png', '--write', 'npy', 'colour'])
    assert args.write == ['npy', 'color']


@pytest.mark.parametrize('name', ['metre', 'millimetre', 'centimetre'])
def test_a_converted_folder_of_an_earlier_release_is_the_same_data(tmp_path, name):
    settings = dict(images='images', unit=0.001)
    header = header_of('folder', 'pairs', 0.001, settings | dict(orient_depth=None))
    old = header | dict(unit=name, settings=settings)
    files = [dict(split='train', name='a')]
    (tmp_path / 'manifest.json').write_text(json.dumps(old | dict(files=files)))
    (tmp_path / 'manifest.json.partial').write_text(json.dumps(old) + '\n')
    assert list(records_there(tmp_path, header)) == [('train', 'a')]
    for other in (
        header_of('folder', 'pairs', 0.01, settings),
        header_of('folder', 'pairs', 0.001, settings | dict(orient_depth='fliplr')),
    ):
        with pytest.raises(ValueError, match='name another folder'):
            records_there(tmp_path, other)


def test_rendered_rooms_of_an_earlier_release_are_not_rendered_anew(tmp_path):
    write_rooms(tmp_path, {'train': 1}, (12, 16), progress=False)
    manifest, image = tmp_path / 'manifest.json', tmp_path / 'images/train/room_00000.jpg'
    manifest.write_text(manifest.read_text().replace('millimeter', 'millimetre'))
    image.write_bytes(b'as it was')
    write_rooms(tmp_path, {'train': 1}, (12, 16), progress=False)
    assert image.read_bytes() == b'as it was'


def test_a_checkpoint_of_an_earlier_release_is_tested_by_its_own_config(tmp_path):
    transform = dict(type='mmwsdepth.LoadColour')
    data = dict(dataset=dict(type='mmwsdepth.RGBDDataset', pipeline=[transform]))
    cfg = Config(dict(model={}, test_dataloader=data, test_evaluator={}))
    torch.save(dict(meta=dict(cfg=cfg.pretty_text), state_dict={}), tmp_path / 'a.pth')
    with pytest.warns(FutureWarning, match='LoadColour'):
        found = config_to_test(str(tmp_path / 'a.pth')).test_dataloader.dataset.pipeline
    assert found == [transform]
