"""Offers read from the stub of a package, so that a catalogue is written once.

A file `__init__.pyi` tells editors and type checkers what a package holds::

    from my_package.scaling import Scale as Scale

    Rescale = Scale

The same lines are references for Cornu: nothing is imported before it is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cornu_engine.lazy import names_of_stub

__all__ = ["offers_of_stub"]


def offers_of_stub(
    package: str, also: Mapping[str, Iterable[str]] | None = None
) -> list[tuple[str, str]]:
    """Return a pair `(name, "module:Name")` for each import and alias in the stub of a package.

    Parameters
    ----------
    package : str
        Holds a file `__init__.pyi` of lines `from module import Name as Name` and
        `Alias = Name`.
    also : dict of str to list of str, optional
        Further names of some of these: short ones, roles.

    Example
    -------
    >>> dict(offers_of_stub("cornu_layers"))["Convolution2D"]
    'cornu_layers.convolutional.conv:Conv2D'
    """
    homes = names_of_stub(package)
    more = [(alias, homes[name]) for name, aliases in (also or {}).items() for alias in aliases]
    return [*homes.items(), *more]
