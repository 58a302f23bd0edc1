"""Models of the library `transformers`, and weights in its format.

Its modules are imported where a model asks for them: the library is an extra and takes seconds.
"""

import re
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from torch import Tensor, nn

LIBRARY = 'transformers'
WEIGHTS = ('model.safetensors', 'model.safetensors.index.json')
HUB = 'https://huggingface.co'
_HUB_NAME = re.compile(r'\w[\w.-]*/\w[\w.-]*')


def library_class(name: str, module: str = LIBRARY) -> Any:
    """Import a class of `transformers`.

    Args:
        name: Its name.
        module: Where it is, if not at the top.

    Raises:
        ValueError: The library is missing, too old, or does not import beside this PyTorch.
    """
    if find_spec(LIBRARY) is None:
        raise ValueError(
            f"{name} is a model of {LIBRARY}, which is missing: run `pip install '{LIBRARY}>=5.24'`"
        )
    try:
        return getattr(import_module(module), name)
    except (ImportError, RuntimeError, AttributeError) as error:
        raise ValueError(_not_importable(name, error)) from None


def library_config(kind: Any, values: Mapping[str, Any]) -> Any:
    """Make a configuration of `transformers`, which by itself takes any key.

    Args:
        kind: Its class.
        values: By key.

    Raises:
        ValueError: It knows no such key, or refuses a value.
    """
    unknown = sorted(set(values) - set(kind().to_dict()))
    if unknown:
        raise ValueError(f'config has {", ".join(unknown)}, which {kind.__name__} does not know')
    try:
        return kind(**values)
    except Exception as error:  # the library's own kinds have no common base
        raise ValueError(f'config: {kind.__name__} refuses it: {_first_line(error)}') from None


def build_encoder(model_type: str, values: Mapping[str, Any]) -> Any:
    """Make an encoder of `transformers` with random weights.

    Args:
        model_type: Its name there.
        values: Of its configuration, see `library_config`.

    Raises:
        ValueError: There is no such encoder, or it does not import.
    """
    kinds = library_class('CONFIG_MAPPING')
    if model_type not in kinds:
        raise ValueError(f'model_type={model_type!r} is no model of {LIBRARY}')
    config = library_config(kinds[model_type], values)
    try:
        return library_class('AutoBackbone').from_config(config)
    except (ImportError, RuntimeError) as error:
        raise ValueError(_not_importable(model_type, error)) from None
    except ValueError as error:
        raise ValueError(
            f'model_type={model_type!r} makes no encoder: {_first_line(error)}'
        ) from None


def pretrained_source(init_cfg: Any) -> str | None:
    """Name the folder or the hub's model that an `init_cfg` asks for, or None if it is empty.

    Args:
        init_cfg: `dict(type='Pretrained', checkpoint=...)`.

    Raises:
        ValueError: It is of another kind.
    """
    if not init_cfg:
        return None
    if not isinstance(init_cfg, dict) or init_cfg.get('type') != 'Pretrained':
        raise ValueError(f"init_cfg={init_cfg!r}: need dict(type='Pretrained', checkpoint=...)")
    return str(init_cfg['checkpoint'])


def load_depth_anything(source: str) -> Any:
    """Read a whole Depth Anything model, see `load_pretrained`."""
    return load_pretrained(source, library_class('DepthAnythingForDepthEstimation'))


def load_encoder(source: str, kind: type) -> Any:
    """Read an encoder, alone or out of a Depth Anything model, see `load_pretrained`.

    Args:
        source: Folder, or name on the hub.
        kind: Its class in `transformers`.
    """
    config = _read(library_class('AutoConfig'), source, {})
    if config.model_type == 'depth_anything':
        return load_depth_anything(source).backbone
    return load_pretrained(source, kind)


def load_pretrained(source: str, kind: type) -> Any:
    """Read a model from safetensors alone, which hold no code.

    Args:
        source: Folder with `config.json` and `model.safetensors`, or a model's name on the hub.
        kind: Its class in `transformers`.

    Raises:
        ValueError: There is no such model, or it cannot be read; says which file goes where.
    """
    return _read(kind, source, dict(use_safetensors=True))


def copy_weights(source: str, theirs: Mapping[str, Tensor], module: nn.Module) -> None:
    """Fill a module with weights of the same names.

    Args:
        source: Where they are from, for the error.
        theirs: May hold more than the module has.
        module: Changed in place.

    Raises:
        ValueError: One is missing or of another shape.
    """
    for name, tensor in module.state_dict().items():
        found = tuple(theirs[name].shape) if name in theirs else 'not there'
        if found != tuple(tensor.shape):
            raise ValueError(
                f"{source}: {name} is {found}, and {tuple(tensor.shape)} by the model's config: "
                'name a checkpoint of that size, or set init_cfg=None'
            )
    module.load_state_dict(dict(theirs), strict=False)


def _read(kind: Any, source: str, options: dict[str, Any]) -> Any:
    folder = Path(source).expanduser()
    if folder.is_dir():
        missing = [] if (folder / 'config.json').is_file() else ['config.json']
        if not any((folder / name).is_file() for name in WEIGHTS):
            missing.append(WEIGHTS[0])
        if missing:
            raise ValueError(
                f'{source}: the folder has no {" and no ".join(missing)}: put the '
                f'files of that name from the model on {HUB} there'
            )
        source = str(folder)
    elif not _HUB_NAME.fullmatch(source):
        raise ValueError(
            f'{source}: there is no such folder: name one that holds config.json and {WEIGHTS[0]}, '
            f'or a model on {HUB} as OWNER/NAME'
        )
    try:
        return kind.from_pretrained(source, trust_remote_code=False, **options)
    except Exception as error:  # the library's and its readers' own kinds have no common base
        mend = (
            'copy the folder anew'
            if folder.is_dir()
            else f'put config.json and {WEIGHTS[0]} of {HUB}/{source} into a folder, and give '
            'that as init_cfg.checkpoint'
        )
        raise ValueError(f'{source}: cannot be loaded ({_first_line(error)}): {mend}') from None


def _not_importable(name: str, error: BaseException) -> str:
    return (
        f'{LIBRARY} cannot give {name} ({_first_line(error)}): run `pip install '
        f"'{LIBRARY}>=5.24'`, and `pip uninstall torchvision` if that is of another PyTorch"
    )


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].strip().rstrip('.')
