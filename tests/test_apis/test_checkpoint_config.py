from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from mmwsdepth.apis.checkpoint_config import config_from_checkpoint, model_from_text
from tests.conftest import CONFIGS

HARMLESS = "model = dict(type='mmwsdepth.WSDepthEstimator', {})"


def _without_init(node):
    if isinstance(node, dict):
        return {key: _without_init(value) for key, value in node.items() if key != 'init_cfg'}
    return type(node)(map(_without_init, node)) if isinstance(node, list | tuple) else node


@pytest.mark.parametrize('path', CONFIGS, ids=lambda path: path.stem)
def test_every_shipped_model_survives_the_text_in_its_checkpoints(path: Path) -> None:
    cfg = Config.fromfile(path)
    assert model_from_text(cfg.pretty_text) == _without_init(cfg.model.to_dict())


def test_keys_that_are_no_names_survive_too() -> None:
    cfg = Config(dict(model={'a-b': 1, 'c': {'d': -0.5, '1e': None}}))
    assert model_from_text(cfg.pretty_text) == cfg.model.to_dict()


def test_the_config_is_the_model_and_nothing_else(published: Path) -> None:
    cfg = config_from_checkpoint(torch.load(published), 'student.pth')
    assert set(cfg) == {'model', 'default_scope'}
    assert cfg.model.student.decode_head.channels == 8


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ("model = __import__('os').system('touch {}')", 'is not all plain values'),
        ("model = dict(a=open('{}', 'w'))", 'is not all plain values'),
        ("model = dict(**dict(a=open('{}', 'w')))", 'is not all plain values'),
        ('model = dict(' * 500, 'is not all plain values'),
        ('model = ' + '-' * 100_000 + '1', 'is not all plain values'),
        ('model = \0', 'is not all plain values'),
        ("model = dict([open('{}', 'w')])", 'is not all plain values'),
        ("open('{}', 'w')", 'has no model'),
        ('model = [1]', 'has no model'),
        ('model = dict(a=1)\nmodel = dict(a=2)', 'has no model'),
        ("model = dict(type='os.system', command='touch {}')", "names 'os.system'"),
        (HARMLESS.format("student=[dict(type='subprocess.run')]"), "names 'subprocess.run'"),
        (HARMLESS.format("a=(dict(type='mmseg.TIMMBackbone'),)"), "names 'mmseg.TIMMBackbone'"),
        (HARMLESS.format('student=dict(type=[1])'), r'names \[1\]'),
        (HARMLESS.format("padding_mode='os.system'"), "holds 'os.system'"),
        (HARMLESS.format("_scope_='torch.hub'"), "holds 'torch.hub'"),
    ],
)
def test_text_that_is_more_than_a_model_is_refused_and_never_run(
    tmp_path: Path, text: str, message: str
) -> None:
    trace = tmp_path / 'trace'
    loaded = dict(meta=dict(cfg=text.replace('{}', str(trace))), state_dict={})
    with pytest.raises(ValueError, match=rf'student\.pth: the config it carries {message}') as e:
        config_from_checkpoint(loaded, 'a/student.pth')
    assert str(e.value).endswith('give its config: --config CONFIG, in Python model=CONFIG')
    assert not trace.exists()


@pytest.mark.parametrize(
    'content', [{}, dict(meta=None), dict(meta=dict(cfg=3)), torch.zeros(2)], ids=str
)
def test_a_checkpoint_without_config_says_what_to_give(content: object) -> None:
    with pytest.raises(ValueError, match=r'bare\.pth: carries no config: give its config'):
        config_from_checkpoint(content, 'bare.pth')
