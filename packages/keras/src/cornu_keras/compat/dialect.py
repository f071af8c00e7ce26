"""A dialect: which class or function one of its names stands for."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from cornu.plugins import registry
from cornu.plugins.kinds import KINDS
from cornu_engine.errors import CornuError
from cornu_keras.compat.arguments import Arguments
from cornu_keras.compat.classes import Spoken, derived, is_a
from cornu_keras.compat.table import Table

__all__ = ["UNLISTED", "Dialect"]

UNLISTED = "unlisted"  # below it, modules of classes that the dialect's Keras did not have
_OF_NAMES = ("get", "deserialize")  # functions that are given names

_FACES = {kind.name: kind.face for kind in KINDS.values()} | {"object": "models"}


class Dialect:
    """Names, defaults and meanings of a Keras of old, over Cornu's parts.

    Parameters
    ----------
    package : str
        Its module; the file `api.txt` beside it says its names and what they take.
    own : mapping of str to str
        What Cornu has no part for, or another one: `"layers.Merge": "module:Merge"`. `"call Add"`
        is the function that makes a layer of this name and calls it; `"object name"` is what files
        know by that name, `"renamed Conv1D old=new"` a layer with other arguments, and
        `"same Conv1D"` the layer itself.
    meanings : sequence of (str, str)
        Classes that stand before Cornu's among the bases of the dialect's, the foremost first: the
        name of a base class, as `"Layer"`, and `"module:LayerMeanings"`.
    old_names : str, optional
        A function that takes the name of a class and the arguments of a call, and returns these by
        the names that the dialect knows.
    around : mapping of str to str, optional
        What lies about in every module, since its file imported it: a name, and the module or
        `"module:name"` of the dialect.
    """

    def __init__(
        self,
        package: str,
        own: Mapping[str, str],
        meanings: Sequence[tuple[str, str]],
        old_names: str = "",
        around: Mapping[str, str] | None = None,
    ) -> None:
        self.package = package
        self.table = Table(package)
        self._own = own
        self._meanings = meanings
        self._old_names = old_names
        self._around = around or {}
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
        if own is None:
            own = self._own.get(f"{module}.*", "").replace("*", name) or None
        if own is not None and own.startswith("call "):
            return self._called(module, own.removeprefix("call "))
        if own is not None and own.startswith("same "):
            return self.find(module, own.removeprefix("same "))
        if own is not None and own.startswith("renamed "):
            return self._renamed(module, name, *own.split()[1:])
        if own is not None and own.startswith("object "):
            return registry.attribute("object", own.removeprefix("object "))
        if own is not None:
            found = _load(own)
            if inspect.isfunction(found) and not hasattr(found, "stands_for"):
                plain = _attribute(f"cornu.{module}", name)
                for name_of, told in {**vars(plain or found), "stands_for": plain or found}.items():
                    if not hasattr(found, name_of):  # such as the targets that a loss takes
                        setattr(found, name_of, told)
            return self._spoken(module, name, found)
        base = self._base(module, name)
        return self._known_as(module, name, self._spoken(module, name, base))

    def _known_as(self, module: str, name: str, found: Any) -> Any:
        """Return a class, or where a function of another name takes other arguments, that."""
        own = getattr(found, "__name__", name)
        said = self.table.signature(module, name)
        if not isinstance(found, type) or own == name or not name.islower() or said is None:
            return found
        if str(self.table.signature(module, own) or said) == str(said):
            return found
        return Arguments(name, found, said).function(self.speaking)

    def _called(self, module: str, name: str) -> Any:
        """Return the function that makes a layer and calls it: `add` of `Add`."""
        cls = self.find(module, name)

        def call(inputs: Any, *args: Any, **kwargs: Any) -> Any:
            return cls(*args, **kwargs)(inputs)

        call.__name__ = call.__qualname__ = name.lower()
        call.__doc__ = f"Return what the layer `{name}` makes of the inputs."
        return call

    def _renamed(self, module: str, older: str, name: str, *pairs: str) -> Any:
        """Return the function that makes a layer by an older name, with older arguments."""
        cls, names = self.find(module, name), dict(pair.split("=") for pair in pairs)

        def call(*args: Any, **kwargs: Any) -> Any:
            warnings.warn(
                f"The `{older}` layer has been deprecated. Use instead the `{name}` layer.",
                stacklevel=2,
            )
            return cls(*args, **{names.get(key, key): value for key, value in kwargs.items()})

        call.__name__ = call.__qualname__ = older
        call.__doc__ = f"Return a layer `{name}`."
        return call

    def _base(self, module: str, name: str) -> Any:
        for home in dict.fromkeys((module, "layers", "models")):
            found = _attribute(f"cornu.{home}".rstrip("."), name)
            if found is not None:
                return found
        raise AttributeError(
            f"{self.package.rpartition('.')[2]} has {module}.{name}, which Cornu does not have."
        )

    def around(self, name: str) -> Any:
        """Return what lies about in every module, as imported there for its own use; or None."""
        reference = self._around.get(name)
        if reference is None:
            return None
        module, _, inner = reference.partition(":")
        found = import_module(f"{self.package}.{module}")
        return getattr(found, inner) if inner else found

    def unlisted(self, module: str, name: str) -> Any:
        """Return a class that the dialect's Keras did not have, as it is here."""
        return self._spoken(module, name, self._base(module, name))

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
        if not callable(base) or inspect.ismodule(base) or not hasattr(base, "__name__"):
            return base
        if isinstance(base, Spoken):  # of a dialect already
            return base
        if base not in self._made:
            self._made[base] = self._make(module, name, base)
        return self._made[base]

    def _make(self, module: str, name: str, base: Any) -> Any:
        own_name = getattr(base, "__name__", name)
        said = self.table.signature(module, own_name) or self.table.signature(module, name)
        old = functools.partial(_load(self._old_names), own_name) if self._old_names else None
        arguments = Arguments(own_name, base, said, old)
        if not isinstance(base, type):
            makes = module in ("layers", "models") or _is_application(module, name)
            speaks = arguments.differ or makes or name in _OF_NAMES
            return arguments.function(self.speaking) if speaks else base
        meanings = tuple(
            _load(reference) for parent, reference in self._meanings if is_a(base, parent)
        )
        if not meanings and not arguments.differ:
            return base
        if base.__name__ != "Model" and is_a(base, "Model"):  # whose methods a script may replace
            model = self.find("models", "Model")
            meanings = (*(m for m in meanings if m not in model.__mro__), model)
        home = module if self.has(module, own_name) else f"{UNLISTED}.{module}"
        home = f"{self.package}.{home}".rstrip(".")
        return derived(self.speaking, home, base, meanings, arguments)

    # Strings

    def speaking(self) -> Any:
        """Return a context in which names and strings mean what they mean in this dialect."""
        return registry.meaning(self.of)


def _is_application(module: str, name: str) -> bool:
    """Tell whether a name is that of a function that makes a trained model."""
    return module.partition(".")[0] == "applications" and name[:1].isupper()


def _load(reference: str) -> Any:
    module, _, name = reference.partition(":")
    return getattr(import_module(module), name)


def _attribute(module: str, name: str) -> Any:
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError, CornuError):
        return None
