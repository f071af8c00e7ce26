"""The modules of dialects: what lies in no file is made from the dialect's table.

`cornu_keras.compat.keras2.layers` is a face, made when it is imported; `….layers.core` is the same
module. A file that lies in the folder of the dialect comes before all of this.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from cornu_engine.errors import near_matches
from cornu_keras.compat.dialect import UNLISTED, Dialect

__all__ = ["face", "install"]

_dialects: dict[str, Dialect] = {}


def install(dialect: Dialect) -> None:
    """Make the modules of a dialect importable."""
    _dialects[dialect.package] = dialect
    if not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.append(Finder())


def face(dialect: Dialect, module: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return the `__getattr__` and `__dir__` of one of a dialect's modules.

    Parameters
    ----------
    dialect : Dialect
    module : str
        Its path below the dialect, "" for the dialect's own module.
    """
    full = f"{dialect.package}.{module}".rstrip(".")

    def parts() -> list[str]:
        below = (path.removeprefix(f"{module}.") for path in dialect.table.modules())
        inside = [path for path in below if path and "." not in path]
        return inside if module == "" else [p for p in inside if f"{module}.{p}" in modules()]

    def modules() -> set[str]:
        return dialect.table.modules()

    def names() -> list[str]:
        return sorted({*dialect.names(module), *parts()})

    def attribute(name: str) -> Any:
        if name == "__all__":
            return dialect.names(module)
        if not name.startswith("__"):
            path = f"{module}.{name}".lstrip(".")
            if module.startswith(f"{UNLISTED}."):
                part = dialect.unlisted(module.partition(".")[2], name)
            elif dialect.has(module, name):
                part = dialect.find(module, name)
            elif path in modules():
                part = import_module(f"{dialect.package}.{path}")
            else:
                part = dialect.around(name) if module else None
            if part is not None:
                setattr(sys.modules[full], name, part)
                return part
        hint = near_matches(name, dialect.names(module))
        raise AttributeError(f"module {full!r} has no attribute {name!r}. {hint}".rstrip())

    return attribute, names


class Finder:
    """A meta-path finder of modules that stand in a dialect's table."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return a spec for a module of a dialect that lies in no file, None for any other."""
        for package, dialect in _dialects.items():
            if name.startswith(f"{package}."):
                module = name[len(package) + 1 :]
                real = _real(dialect, module)
                if real is not None:
                    parent, _, child = module.rpartition(".")
                    called = dialect.find(parent, child) if dialect.has(parent, child) else None
                    loader: Any = Same(real, called)
                    return ModuleSpec(name, loader, is_package=True)
                if module in dialect.table.modules() or module.partition(".")[0] == UNLISTED:
                    loader = Face(dialect, module)
                    return ModuleSpec(name, loader, is_package=True)
        return None


def _real(dialect: Dialect, module: str) -> str | None:
    """Return the full name of the module that another one is."""
    parts = module.split(".")
    for end in range(len(parts), 0, -1):
        alias = dialect.table.alias(".".join(parts[:end]))
        if alias is not None:
            home = alias if alias.startswith("cornu.") else f"{dialect.package}.{alias}"
            return ".".join([home, *parts[end:]])
    return None


class Face:
    """The loader of a module that is made from the table."""

    def __init__(self, dialect: Dialect, module: str) -> None:
        self.dialect = dialect
        self.module = module

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave the making of the module to Python."""

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its names."""
        module.__path__ = []
        attribute, names = face(self.dialect, self.module)
        module.__dict__.update(__getattr__=attribute, __dir__=names)


class Called(ModuleType):
    """A module that goes by the name of a function, and can be called as that."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function."""
        return self.__dict__["function"](*args, **kwargs)


class Same:
    """The loader of a module that is another one.

    Parameters
    ----------
    real : str
        Its full name.
    called : callable, optional
        A function that the module's own name stands for as well, as `keras.layers.merge`.
    """

    def __init__(self, real: str, called: Any = None) -> None:
        self.real = real
        self.called = called

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave the making of the module to Python; `exec_module` replaces it."""

    def exec_module(self, module: ModuleType) -> None:
        """Put the real module in the place of this one."""
        real = import_module(self.real)
        if self.called is not None:
            both = Called(module.__name__)
            both.__dict__.update(function=self.called, __path__=[], __spec__=module.__spec__)
            both.__dict__["__getattr__"] = functools.partial(getattr, real)
            real = both
        sys.modules[module.__name__] = real
