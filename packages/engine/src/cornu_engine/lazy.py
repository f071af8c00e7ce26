"""Modules whose names are loaded when they are first used, from the list that editors read.

Beside `my_package/__init__.py` stands a stub `__init__.pyi` of lines such as

    from my_package import tools as tools
    from my_package.scaling import Scale as Scale

    Rescale = Scale

Editors and type checkers read it, and so does `lazy`: the list is written once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

__all__ = ["lazy", "names_of_stub"]


def lazy(
    module: str,
    known_as: str | None = None,
    otherwise: Callable[[str], Any] | None = None,
    more: Callable[[], Iterable[str]] = tuple,
    apart: Iterable[str] = (),
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return the `__getattr__` and `__dir__` of a module whose stub says what stands in it.

    Parameters
    ----------
    module : str
        The `__name__` of the module.
    known_as : str, optional
        What users know it as, for messages.
    otherwise : callable, optional
        Finds what the stub does not name, or returns None, or raises an error of
        `cornu_engine.errors` that says why it is not there.
    more : callable, optional
        Returns the names that `otherwise` finds.
    apart : iterable of str, optional
        What a star import shall not load.

    Examples
    --------
    As it stands in such a module:

    >>> __getattr__, __dir__ = lazy("cornu_ops")
    >>> __getattr__("add").__module__
    'cornu_ops.arithmetic'
    """
    shown = known_as or module
    homes: dict[str, str] = {}

    def named() -> dict[str, str]:
        if not homes:
            homes.update(names_of_stub(module))
        return homes

    def names() -> list[str]:
        return sorted({*named(), *more()})

    def attribute(name: str) -> Any:
        if name == "__all__":
            return sorted({*names()}.difference(apart))
        if name not in named():
            return _beyond(name)
        part = _load(homes[name])
        setattr(sys.modules[module], name, part)
        return part

    def _beyond(name: str) -> Any:
        from cornu_engine.errors import MissingDistributionError, UnknownNameError, near_matches

        why = f"module {shown!r} has no attribute {name!r}."
        if otherwise is not None and not name.startswith("_"):
            try:
                part = otherwise(name)
                if part is not None:
                    return part
            except (UnknownNameError, MissingDistributionError) as error:
                why = f"module {shown!r}: {error}"
        raise AttributeError(f"{why} {near_matches(name, named())}".rstrip())

    return attribute, names


def names_of_stub(module: str) -> dict[str, str]:
    """Return what the stub of a module names, each with its reference.

    Parameters
    ----------
    module : str
        Beside its file stands a stub of the same name that ends in `.pyi`.

    Returns
    -------
    dict of str to str
        `"module:Name"`, or `"module"` for a part of the module itself.

    Examples
    --------
    >>> names_of_stub("cornu_ops")["image"], names_of_stub("cornu_ops")["add"]
    ('cornu_ops.image', 'cornu_ops.arithmetic:add')
    """
    import ast

    spec = import_module(module).__spec__
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"The module {module!r} has no file, so no stub stands beside it.")
    path = spec.origin.rpartition(".")[0] + ".pyi"
    source = spec.loader.get_data(path)  # type: ignore[union-attr]
    homes: dict[str, str] = {}
    for line in ast.parse(source).body:
        if isinstance(line, ast.ImportFrom):
            own = "." if line.module == module else ":"  # its own parts are modules
            for alias in line.names:
                if alias.name != "*":  # what a star brings is found in another way
                    homes[alias.asname or alias.name] = f"{line.module}{own}{alias.name}"
        elif isinstance(line, ast.Assign) and isinstance(line.value, ast.Name):
            targets = [target.id for target in line.targets if isinstance(target, ast.Name)]
            homes.update((target, homes[line.value.id]) for target in targets)
    return homes


def _load(reference: str) -> Any:
    module, _, name = reference.partition(":")
    loaded = import_module(module)
    return getattr(loaded, name) if name else loaded
