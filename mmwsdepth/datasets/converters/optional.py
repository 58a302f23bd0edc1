"""Packages of the extra `prepare`, asked for when a source needs them."""

from importlib import import_module
from typing import Any


def optional_module(name: str, package: str) -> Any:
    """Import a module.

    Args:
        name: Module.
        package: Name under which pip installs it.

    Raises:
        ValueError: It is not installed.
    """
    try:
        return import_module(name)
    except ImportError:
        raise ValueError(
            f'this source needs {package}, of the extra `prepare`: run `pip install {package}`'
        ) from None
