"""A dialect: which class or function one of its names stands for."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from cornu.plugins import registry
from cornu.plugins.kinds import KINDS
from cornu_engine.errors import CornuError
from cornu_keras.compat.arguments import Arguments
from cornu_keras.compat.classes import derived, is_a
from cornu_keras.compat.table import Table

__all__ = ["Dialect"]

_FACES = {kind.name: kind.face for kind in KINDS.values()} | {"object": "models"}


class Dialect:
    """Names, defaults and meanings of a Keras of old, over Cornu's parts.

    Parameters
    ----------
    package : str
        Its module; the file `api.txt` beside it says its names and what they take.
    own : mapping of str to str
        What Cornu has no part for, or another one: `"layers.Merge": "module:Merge"`.
    meanings : mapping of type name to str
        Classes that stand before Cornu's among the bases of the dialect's: by the name of the base
        class, as `{"Layer": "module:LayerMeanings"}`.
    old_names : mapping of str to mapping of str to str
        Arguments that went by another name: by that of the class, or "" for all.
    """

    def __init__(
        self,
        package: str,
        own: Mapping[str, str],
        meanings: Mapping[str, str],
        old_names: Callable[[str, dict[str, Any]], dict[str, Any]] | None = None,
    ) -> None:
        self.package = package
        self.table = Table(package)
        self._own = own
        self._meanings = meanings
        self._old_names = old_names
        self._made: dict[Any, Any] = {}

    # Names

    def names(self, module: str) -> list[str]:
        """Return what stands in a module."""
        return self.table.names(module)

    def has(self, module: str, name: str) -> bool:
        """Tell whether a module has a name."""
        return self.table.has(module, name)

    def find(self, module: str, name: str) -> Any:
        """Return what a name in a module of this dialect stands for.

        Raises
        ------
        AttributeError
            For a name that the dialect's Keras has and Cornu has not.
        """
        own = self._own.get(f"{module}.{name}")
        if own is not None:
            return _load(own)
        base = self._base(module, name)
        return self._spoken(module, name, base)

    def _base(self, module: str, name: str) -> Any:
        for home in dict.fromkeys((module, "layers", "models")):
            found = _attribute(f"cornu.{home}".rstrip("."), name)
            if found is not None:
                return found
        raise AttributeError(
            f"{self.package.rpartition('.')[2]} has {module}.{name}, which Cornu does not have."
        )

    def of(self, kind: str, name: str, obj: Any) -> Any:
        """Return what stands here for something that plain Cornu found under a name."""
        module = _FACES.get(kind, "")
        for candidate in (getattr(obj, "__name__", ""), name):
            if self.has(module, candidate):
                found = self.find(module, candidate)
                if isinstance(found, type) == isinstance(obj, type):
                    return found
        return self._spoken(module, getattr(obj, "__name__", name), obj)

    def _spoken(self, module: str, name: str, base: Any) -> Any:
        """Return a class or function with the defaults and meanings of this dialect."""
        if not callable(base) or inspect.ismodule(base):
            return base
        if base not in self._made:
            self._made[base] = self._make(module, name, base)
        return self._made[base]

    def _make(self, module: str, name: str, base: Any) -> Any:
        own_name = getattr(base, "__name__", name)
        said = self.table.signature(module, own_name) or self.table.signature(module, name)
        old = None
        if self._old_names is not None:
            rows = self._old_names

            def old(given: dict[str, Any]) -> dict[str, Any]:
                return rows(own_name, given)

        arguments = Arguments(own_name, base, said, old)
        if not isinstance(base, type):
            return arguments.function(self) if arguments.differ else base
        meanings = tuple(
            _load(reference) for parent, reference in self._meanings.items() if is_a(base, parent)
        )
        if not meanings and not arguments.differ:
            return base
        return derived(self, f"{self.package}.{module}".rstrip("."), base, meanings, arguments)

    # Strings

    def speaking(self) -> Any:
        """Return a context in which names and strings mean what they mean in this dialect."""
        return registry.meaning(self.of)


def _load(reference: str) -> Any:
    module, _, name = reference.partition(":")
    return getattr(import_module(module), name)


def _attribute(module: str, name: str) -> Any:
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError, CornuError):
        return None
