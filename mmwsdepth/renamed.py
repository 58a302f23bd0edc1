"""Names of earlier releases, which keep working for one release."""

import warnings

RENAMED = {'LoadColour': 'LoadColor', 'colour': 'color', 'millimetre': 'millimeter'}


def current_name(name: str) -> str:
    """Return what a name is called in this release, and warn once if that is another.

    Args:
        name: With or without the scope of a registry before it, as in `mmwsdepth.LoadColour`.
    """
    scope, dot, old = name.rpartition('.')
    new = RENAMED.get(old, old)
    if new != old:
        warnings.warn(f'{old!r} is called {new!r}: write the new name', FutureWarning, 2)
    return scope + dot + new
