"""The config out of a checkpoint's metadata, read as data and never executed.

A checkpoint carries its config as Python text. Of that, dictionaries, lists and plain values that
are assigned to `model`, and to what a test needs, are read. Building is kept to types known here,
since MMEngine takes any importable name for a type, `os.system` too.
"""

import ast
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.runner import CheckpointLoader

import mmwsdepth.datasets
import mmwsdepth.evaluation
import mmwsdepth.models  # noqa: F401
from mmwsdepth.config_lookup import resolve_config
from mmwsdepth.registry import DATASETS, METRICS, MODELS, TRANSFORMS
from mmwsdepth.renamed import current_name

DEFAULT_SCOPE = 'mmseg'
KNOWN_TYPES = (
    'mmseg.DepthEstimator',
    'mmseg.MixVisionTransformer',
    'mmseg.ResNet',
    'mmseg.ResNetV1c',
    'mmseg.ResNetV1d',
    'mmseg.SwinTransformer',
    *(f'mmwsdepth.{name}' for name in MODELS.module_dict),
    *('BN', 'SyncBN', 'GN', 'LN', 'ReLU', 'ReLU6', 'GELU'),
)
TEST_KEYS = ('test_dataloader', 'test_evaluator')
TEST_TYPES = (
    *(
        f'mmwsdepth.{name}'
        for registry in (DATASETS, TRANSFORMS, METRICS)
        for name in registry.module_dict
    ),
    'DefaultSampler',
)
_RUNTIME = 'mmwsdepth::_base_/default_runtime.py'
_MEND = 'give its config: --config CONFIG, in Python model=CONFIG'
_TEST_MEND = 'name a config: mmwsdepth test CONFIG CHECKPOINT'


def config_from_checkpoint(checkpoint: str) -> Config:
    """Read the model's config that a checkpoint carries.

    Args:
        checkpoint: `student.pth` or a training checkpoint; a file or URL.

    Returns:
        A config with `model` and `default_scope` alone: no data sets, no weights to start from.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The checkpoint could run code, carries no config, or one that is not all plain
            values and known types.
    """
    text = _carried_text(CheckpointLoader.load_checkpoint(checkpoint, 'cpu', logger='silent'))
    if text is None:
        raise ValueError(f'{checkpoint}: carries no config: {_MEND}')
    try:
        model = model_from_text(text)
    except ValueError as error:
        raise ValueError(f'{checkpoint}: the config it carries {error}: {_MEND}') from None
    return Config(dict(model=model, default_scope=DEFAULT_SCOPE))


def config_to_test(checkpoint: str) -> Config:
    """Read the config that a checkpoint carries as far as a test needs it.

    Args:
        checkpoint: See `config_from_checkpoint`.

    Returns:
        The model without a teacher, the test's data and metrics, and the usual hooks.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: See `config_from_checkpoint`; or there is no test.
    """
    text = _carried_text(CheckpointLoader.load_checkpoint(checkpoint, 'cpu', logger='silent'))
    if text is None:
        raise ValueError(f'{checkpoint}: carries no config: {_TEST_MEND}')
    try:
        model = model_from_text(text)
        found = {key: _test_value(text, key) for key in TEST_KEYS}
    except ValueError as error:
        raise ValueError(f'{checkpoint}: the config it carries {error}: {_TEST_MEND}') from None
    if 'teacher' in model:
        model |= dict(teacher=None, loss_affinity=None)
    cfg = Config.fromfile(resolve_config(_RUNTIME))
    cfg.merge_from_dict(dict(model=model, test_cfg=dict(type='TestLoop'), **found))
    cfg.work_dir = f'work_dirs/{Path(checkpoint).stem}'
    return cfg


def describe_carried_config(loaded: Any) -> str | None:
    """Say in a few words which config a checkpoint carries.

    Args:
        loaded: The checkpoint.

    Returns:
        Its name and the student's backbone, as far as they can be read; else None.
    """
    text = _carried_text(loaded)
    try:
        model = model_from_text(text or '')
    except ValueError:
        return None
    backbone = (model.get('student') or model).get('backbone') or {}
    inner = (backbone.get('backbone') or backbone).get('type')
    experiment = re.sub(r'_\d{8}_\d{6}$', '', str(loaded['meta'].get('experiment_name', '')))
    name = f'the config {experiment}' if experiment else 'a config'
    return f'{name} with the backbone {inner}' if inner else name


def _carried_text(loaded: Any) -> str | None:
    meta = loaded.get('meta') if isinstance(loaded, dict) else None
    text = meta.get('cfg') if isinstance(meta, dict) else None
    return text if isinstance(text, str) else None


def _test_value(text: str, key: str) -> Any:
    values = _assigned(text, key)
    if len(values) != 1 or not isinstance(values[0], dict | list):
        raise ValueError(f'has no {key}')
    return _checked(values[0], TEST_TYPES, allows_text=True)


def model_from_text(text: str) -> dict[str, Any]:
    """Read the assignment to `model` in a config's text, without what initializes weights.

    Args:
        text: As `Config.pretty_text` writes it.

    Raises:
        ValueError: What is wrong, to follow 'the config'.
    """
    values = _assigned(text, 'model')
    if len(values) != 1 or not isinstance(values[0], dict):
        raise ValueError('has no model')
    return _checked(values[0], KNOWN_TYPES)


def _assigned(text: str, name: str) -> list[Any]:
    try:
        return [
            ast.literal_eval(_DictCalls().visit(node.value))
            for node in ast.parse(text).body
            if isinstance(node, ast.Assign) and [ast.unparse(t) for t in node.targets] == [name]
        ]
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        raise ValueError('is not all plain values') from None


class _DictCalls(ast.NodeTransformer):
    """Turns `dict(a=1)` and `dict({'a': 1})` into `{'a': 1}` and leaves other calls alone."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.func, ast.Name) or node.func.id != 'dict':
            return node
        if len(node.args) == 1 and isinstance(node.args[0], ast.Dict) and not node.keywords:
            return node.args[0]
        names: list[ast.expr | None] = [
            ast.Constant(word.arg) for word in node.keywords if word.arg
        ]
        if node.args or len(names) != len(node.keywords):
            return node
        return ast.Dict(names, [word.value for word in node.keywords])


def _checked(node: Any, types: Collection[str], allows_text: bool = False) -> Any:
    if isinstance(node, dict):
        if 'type' in node and current_name(str(node['type'])) not in types:
            raise ValueError(f'names {node["type"]!r}, which is built from a config file alone')
        return {
            key: value
            if key == 'type'
            else _checked(value, types, allows_text and key != '_scope_')
            for key, value in node.items()
            if key != 'init_cfg'
        }
    if isinstance(node, list | tuple):
        return type(node)(_checked(value, types, allows_text) for value in node)
    if isinstance(node, str) and not allows_text and not node.isidentifier():
        raise ValueError(f'holds {node!r}, which is more than a word')
    return node
