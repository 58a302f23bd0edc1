"""Names of earlier releases, which keep working for one release."""

import warnings

RENAMED = {'LoadColour': 'LoadColor', 'colour': 'color', 'millimetre': 'millimeter'}


def current_name(name: str) -> str:
    """Return what a name is called in this release, and warn once if that is another."""
    new = RENAMED.get(name, name)
    if new != name:
        warnings.warn(f'{name!r} is called {new!r}: write the new name', FutureWarning, 2)
    return new
