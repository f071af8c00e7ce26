"""Offers read from the stub of a package, so that a catalogue is written once.

A file ``__init__.pyi`` tells editors and type checkers what a package holds::

    from my_package.scaling import Scale as Scale

    Rescale = Scale

The same lines are references for Cornu: nothing is imported before it is used.
"""

from __future__ import annotations

__all__ = ["offers_of_stub"]


def offers_of_stub(package: str) -> list[tuple[str, str]]:
    """Return a pair ``(name, "module:Name")`` for each import and alias in the stub of a package.

    Parameters
    ----------
    package : str
        Holds a file ``__init__.pyi`` of lines ``from module import Name as Name`` and
        ``Alias = Name``.

    Example
    -------
    >>> dict(offers_of_stub("cornu_layers"))["Convolution2D"]
    'cornu_layers.convolutional.conv:Conv2D'
    """
    import ast
    import pkgutil

    source = pkgutil.get_data(package, "__init__.pyi")
    if source is None:
        raise FileNotFoundError(f"The package {package!r} has no __init__.pyi.")
    offers: dict[str, str] = {}
    for line in ast.parse(source).body:
        if isinstance(line, ast.ImportFrom):
            offers.update((n.asname or n.name, f"{line.module}:{n.name}") for n in line.names)
        elif isinstance(line, ast.Assign) and isinstance(line.value, ast.Name):
            targets = [target.id for target in line.targets if isinstance(target, ast.Name)]
            offers.update((target, offers[line.value.id]) for target in targets)
    return list(offers.items())
