"""The model's config out of a checkpoint's metadata, read as data and never executed.

A checkpoint carries its config as Python text. Of that, dictionaries, lists and plain values of the
one assignment to `model` are read. Building is kept to models known here, since MMEngine takes any
importable name for a type, `os.system` too.
"""

import ast
from typing import Any

from mmengine.config import Config
from mmengine.runner import CheckpointLoader

import mmwsdepth.models  # noqa: F401
from mmwsdepth.registry import MODELS

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
_MEND = 'give its config: --config CONFIG, in Python model=CONFIG'


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
    loaded = CheckpointLoader.load_checkpoint(checkpoint, 'cpu', logger='silent')
    meta = loaded.get('meta') if isinstance(loaded, dict) else None
    text = meta.get('cfg') if isinstance(meta, dict) else None
    if not isinstance(text, str):
        raise ValueError(f'{checkpoint}: carries no config: {_MEND}')
    try:
        model = model_from_text(text)
    except ValueError as error:
        raise ValueError(f'{checkpoint}: the config it carries {error}: {_MEND}') from None
    return Config(dict(model=model, default_scope=DEFAULT_SCOPE))


def model_from_text(text: str) -> dict[str, Any]:
    """Read the assignment to `model` in a config's text, without what initializes weights.

    Args:
        text: As `Config.pretty_text` writes it.

    Raises:
        ValueError: What is wrong, to follow 'the config'.
    """
    try:
        values = [
            ast.literal_eval(_DictCalls().visit(node.value))
            for node in ast.parse(text).body
            if isinstance(node, ast.Assign) and [ast.unparse(t) for t in node.targets] == ['model']
        ]
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        raise ValueError('is not all plain values') from None
    if len(values) != 1 or not isinstance(values[0], dict):
        raise ValueError('has no model')
    return _checked(values[0])


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


def _checked(node: Any) -> Any:
    if isinstance(node, dict):
        if 'type' in node and node['type'] not in KNOWN_TYPES:
            raise ValueError(f'names {node["type"]!r}, which is built from a config file alone')
        return {
            key: value if key == 'type' else _checked(value)
            for key, value in node.items()
            if key != 'init_cfg'
        }
    if isinstance(node, list | tuple):
        return type(node)(_checked(value) for value in node)
    if isinstance(node, str) and not node.isidentifier():
        raise ValueError(f'holds {node!r}, which is more than a word')
    return node
