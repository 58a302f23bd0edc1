import re
from collections import Counter
from pathlib import Path

import pytest
import yaml
from mmengine.config import Config

from mmwsdepth.config_lookup import CONFIG_ROOT
from tests.conftest import ROOT

INDEX = yaml.safe_load((ROOT / 'model-index.yml').read_text())
FILES = [yaml.safe_load((ROOT / path).read_text()) for path in INDEX['Import']]
MODELS = [model for file in FILES for model in file['Models']]
GRAMMAR = re.compile(
    r'(?P<model>[a-z-]+)(_(?P<backbone>[a-z\d-]+))?'
    r'_(?P<gpus>\d+)xb(?P<batch>\d+)-(?P<number>\d+)(?P<unit>k|iter)'
    r'_(?P<data>[a-z-]+)-(?P<height>\d+)x(?P<width>\d+)(_(?P<test>[a-z-]+)-\d+x\d+)?'
)
BACKBONES = {
    'r50': 'mmseg.ResNetV1c',
    'mit-b2': 'mmseg.MixVisionTransformer',
    'swin-tiny': 'mmseg.SwinTransformer',
    'efficientnet-lite0': 'mmwsdepth.EfficientNetLite',
    'depth-anything-v2-small': 'mmwsdepth.TransformersBackbone',
    'dinov2-small': 'mmwsdepth.TransformersBackbone',
    'dinov3-convnext-tiny': 'mmwsdepth.TransformersBackbone',
}


def test_every_config_has_one_entry_under_its_own_name() -> None:
    shipped = {path.relative_to(ROOT).as_posix() for path in ROOT.glob('configs/wsdepth/*.py')}
    assert Counter(model['Config'] for model in MODELS) == Counter(shipped)
    for model in MODELS:
        assert model['Name'] == Path(model['Config']).stem
        assert model['In Collection'] in {c['Name'] for file in FILES for c in file['Collections']}


@pytest.mark.parametrize('model', MODELS, ids=lambda model: model['Name'])
def test_a_name_and_its_entry_say_what_the_config_does(model: dict) -> None:
    name = GRAMMAR.fullmatch(model['Name'])
    assert name, f'{model["Name"]} is not of OpenMMLab grammar'
    cfg = Config.fromfile(ROOT / model['Config'])
    assert cfg.train_dataloader.batch_size == int(name['batch'])
    assert model['Metadata']['Batch Size'] == int(name['gpus']) * int(name['batch'])
    iterations = int(name['number']) * (1000 if name['unit'] == 'k' else 1)
    assert model['Metadata']['Iterations'] == cfg.train_cfg.max_iters == iterations
    ends = [s['end'] for s in cfg.param_scheduler]
    assert max(ends) == iterations
    if name['backbone']:
        backbone = cfg.model.student.backbone
        assert backbone.get('backbone', backbone).type == BACKBONES[name['backbone']]
    root, train = (
        loader.dataset.data_root for loader in (cfg.test_dataloader, cfg.train_dataloader)
    )
    folder = name['data'].partition('-')[0].replace('phone', 'iphone')
    assert train == f'data/{folder}'
    assert root == f'data/{name["test"] or folder}'
    assert bool(cfg.model.get('teacher')) == (name['model'] == 'wsdepth')


def test_no_entry_claims_what_is_not_published() -> None:
    assert not {'Weights', 'Results', 'Training Log'} & {key for model in MODELS for key in model}


def test_the_index_travels_beside_the_configs() -> None:
    """There mim looks for it, and for what it imports."""
    beside = CONFIG_ROOT.parent
    assert (beside / 'model-index.yml').read_text() == (ROOT / 'model-index.yml').read_text()
    assert all((beside / path).is_file() for path in INDEX['Import'])
    assert all((beside / model['Config']).is_file() for model in MODELS)
