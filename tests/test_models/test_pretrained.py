import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from mmwsdepth.errors import one_sentence_errors
from mmwsdepth.models import pretrained
from mmwsdepth.models.pretrained import (
    build_encoder,
    copy_weights,
    library_class,
    load_depth_anything,
    load_encoder,
    pretrained_source,
)
from tests.test_models.conftest import ENCODER

transformers = pytest.importorskip('transformers', reason="needs `pip install -e '.[foundation]'`")


def test_an_encoder_comes_alone_or_out_of_a_whole_model(
    depth_anything, folder: Path, tmp_path: Path
) -> None:
    whole = load_encoder(str(folder), transformers.Dinov2Backbone).state_dict()
    transformers.Dinov2Model(transformers.Dinov2Config(**ENCODER)).save_pretrained(
        tmp_path / 'alone'
    )
    alone = load_encoder(str(tmp_path / 'alone'), transformers.Dinov2Backbone).state_dict()
    assert alone.keys() == whole.keys()
    for name, tensor in depth_anything.backbone.state_dict().items():
        assert torch.equal(whole[name], tensor)


def test_a_sentence_says_which_file_is_missing_in_a_folder(folder: Path) -> None:
    (folder / 'model.safetensors').rename(folder / 'pytorch_model.bin')
    with pytest.raises(ValueError, match=r'model: the folder has no model\.safetensors: put'):
        load_depth_anything(str(folder))
    (folder / 'config.json').unlink()
    with pytest.raises(ValueError, match=r'has no config\.json and no model\.safetensors: put'):
        load_encoder(str(folder), transformers.Dinov2Backbone)


@pytest.mark.parametrize('name', ['./weights', '/none/of/it', '~/weights', 'a/b/c', 'model.pth'])
def test_a_path_that_is_no_folder_is_not_sought_on_the_hub(name: str) -> None:
    with pytest.raises(ValueError, match='there is no such folder: name one that holds config'):
        load_encoder(name, transformers.Dinov2Backbone)


def test_without_the_hub_a_sentence_says_which_file_goes_where(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr('huggingface_hub.constants.HF_HUB_OFFLINE', True)
    with pytest.raises(SystemExit) as ended, one_sentence_errors():
        load_encoder('nobody/nothing', transformers.Dinov2Backbone)
    message = str(ended.value)
    assert '\n' not in message and message.endswith(
        'put config.json and model.safetensors of https://huggingface.co/nobody/nothing into a '
        'folder, and give that as init_cfg.checkpoint'
    )


@pytest.mark.parametrize('name', ['config.json', 'model.safetensors'])
@pytest.mark.parametrize('length', [0, 1, 40, 300])
def test_a_truncated_file_is_one_sentence(folder: Path, name: str, length: int) -> None:
    path = folder / name
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ValueError, match=r'model: cannot be loaded \(.+\): copy the folder anew'):
        load_encoder(str(folder), transformers.Dinov2Backbone)


def test_a_folder_brings_no_code(folder: Path) -> None:
    config = json.loads((folder / 'config.json').read_text())
    config |= dict(model_type='mine', auto_map=dict(AutoConfig='mine.Config'))
    (folder / 'config.json').write_text(json.dumps(config))
    (folder / 'mine.py').write_text('raise SystemExit("executed")')
    with pytest.raises(ValueError, match='cannot be loaded'):
        load_encoder(str(folder), transformers.Dinov2Backbone)


def test_weights_of_another_size_are_named() -> None:
    module = torch.nn.Linear(3, 2)
    with pytest.raises(ValueError, match=r'there: weight is \(2, 4\), and \(2, 3\) by the model'):
        copy_weights('there', torch.nn.Linear(4, 2).state_dict(), module)
    with pytest.raises(ValueError, match='there: bias is not there'):
        copy_weights('there', dict(weight=torch.ones(2, 3)), module)
    copy_weights('there', dict(weight=torch.ones(2, 3), bias=torch.ones(2), more=1), module)
    assert module.weight.sum() == 6


@pytest.mark.parametrize('init_cfg', [dict(type='Kaiming'), [dict(type='Pretrained')], 'name'])
def test_another_initialization_is_refused(init_cfg: object) -> None:
    with pytest.raises(ValueError, match=r"need dict\(type='Pretrained', checkpoint="):
        pretrained_source(init_cfg)
    assert pretrained_source(None) is None


def test_a_missing_library_is_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrained, 'find_spec', lambda name: None)
    with pytest.raises(ValueError, match=r"missing: run `pip install 'transformers>=5\.24'`"):
        library_class('Dinov2Backbone')


@pytest.mark.parametrize(
    'error', [RuntimeError('operator torchvision::nms does not exist\nmore'), ImportError('nms')]
)
def test_a_library_that_does_not_import_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    class Broken(SimpleNamespace):
        def __getattr__(self, name: str) -> None:
            raise error

    monkeypatch.setattr(pretrained, 'import_module', lambda name: Broken())
    with pytest.raises(ValueError, match=r'nms.*\): run .* `pip uninstall torchvision`') as raised:
        library_class('Dinov2Backbone')
    assert '\n' not in str(raised.value)
    monkeypatch.undo()
    with pytest.raises(ValueError, match='transformers cannot give NoSuchModel'):
        library_class('NoSuchModel')


@pytest.mark.parametrize(
    ('model_type', 'values', 'message'),
    [
        ('dino', {}, "model_type='dino' is no model of transformers"),
        (
            'dinov2',
            dict(hiden_size=24),
            'config has hiden_size, which Dinov2Config does not know',
        ),
        ('dinov2', dict(hidden_size='x'), 'config: Dinov2Config refuses it'),
        ('dinov2', dict(out_indices=[99]), 'config: Dinov2Config refuses it'),
        ('bert', {}, "model_type='bert' makes no encoder"),
    ],
)
def test_what_makes_no_encoder_is_one_sentence(model_type: str, values: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        build_encoder(model_type, values)
    assert '\n' not in str(raised.value)


def test_an_encoder_that_does_not_import_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(config: object) -> None:
        raise ModuleNotFoundError('Could not import module')

    found = library_class
    fake = SimpleNamespace(from_config=broken)
    monkeypatch.setattr(
        pretrained, 'library_class', lambda name: fake if name == 'AutoBackbone' else found(name)
    )
    with pytest.raises(ValueError, match=r'cannot give dinov2 \(Could not import module\): run'):
        build_encoder('dinov2', ENCODER)
