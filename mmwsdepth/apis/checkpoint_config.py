"""The config out of a checkpoint's metadata, read as data and never executed.

A checkpoint carries its config as Python text. Of that, dictionaries, lists and plain values that
are assigned to `model`, and to what a test needs, are read. Building is kept to types known here,
since MMEngine takes any importable name for a type, `os.system` too.
"""

import ast
import re
from collections.abc import Collection, Sequence
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


def config_from_checkpoint(loaded: Any, name: str) -> Config:
    """Read the model's config that a checkpoint carries.

    Args:
        loaded: The checkpoint.
        name: Of its file, for sentences.

    Returns:
        A config with `model` and `default_scope` alone: no data sets, no weights to start from.

    Raises:
        ValueError: The checkpoint carries no config, or one that is not all plain values and known
            types.
    """
    return Config(dict(_carried(loaded, name, (), _MEND), default_scope=DEFAULT_SCOPE))


def config_to_test(checkpoint: str) -> Config:
    """Read the config that a checkpoint carries as far as a test needs it.

    Args:
        checkpoint: `student.pth` or a training checkpoint; a file or URL.

    Returns:
        The model without a teacher, the test's data and metrics, and the usual hooks.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: See `config_from_checkpoint`; or there is no test, or the file could run code.
    """
    loaded = CheckpointLoader.load_checkpoint(checkpoint, 'cpu', logger='silent')
    found = _carried(loaded, checkpoint, TEST_KEYS, _TEST_MEND)
    if 'teacher' in found['model']:
        found['model'] |= dict(teacher=None, loss_affinity=None)
    cfg = Config.fromfile(resolve_config(_RUNTIME))
    cfg.merge_from_dict(dict(found, test_cfg=dict(type='TestLoop')))
    cfg.work_dir = f'work_dirs/{Path(checkpoint).stem}'
    return cfg


def carried_test_data(loaded: Any) -> Any:
    """Read `test_dataloader` of the config that a checkpoint carries; None if it cannot be."""
    try:
        values = _assigned(_carried_text(loaded) or '', 'test_dataloader')
    except ValueError:
        return None
    return values[-1] if values else None


def describe_carried_config(loaded: Any) -> str | None:
    """Say in a few words which config a checkpoint carries.

    Args:
        loaded: The checkpoint.

    Returns:
        Its name and the student's backbone, as far as they can be read; else None.
    """
    try:
        model = model_from_text(_carried_text(loaded) or '')
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


def _carried(loaded: Any, name: str, test_keys: Sequence[str], mend: str) -> dict[str, Any]:
    """Take `model` and what a test needs out of the config that a checkpoint carries."""
    text = _carried_text(loaded)
    if text is None:
        raise ValueError(f'{name}: carries no config: {mend}')
    try:
        return dict(model=model_from_text(text)) | {
            key: _checked(_one(text, key, dict | list), TEST_TYPES, allows_text=True)
            for key in test_keys
        }
    except ValueError as error:
        raise ValueError(f'{name}: the config it carries {error}: {mend}') from None


def model_from_text(text: str) -> dict[str, Any]:
    """Read the assignment to `model` in a config's text, without what initializes weights.

    Args:
        text: As `Config.pretty_text` writes it.

    Raises:
        ValueError: What is wrong, to follow 'the config'.
    """
    return _checked(_one(text, 'model', dict), KNOWN_TYPES)


def _one(text: str, name: str, kind: Any) -> Any:
    values = _assigned(text, name)
    if len(values) != 1 or not isinstance(values[0], kind):
        raise ValueError(f'has no {name}')
    return values[0]


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
