"""Imports that lead elsewhere: a finder that comes before all others."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from cornu_keras.compat.runner.advice import why_not
from cornu_keras.compat.runner.bygone import restore
from cornu_keras.compat.runner.places import EMPTY, ROOTS, place

__all__ = ["Redirect", "current", "install", "other_finders", "uninstall"]


class Redirect:
    """A meta-path finder of modules that stand for those of other libraries.

    Parameters
    ----------
    dialect : {"keras2", "tfkeras", "keras3"}
        What `keras` is.
    """

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self.before: dict[ModuleType, Any] = {}  # modules that speak; the `__getattr__` they had
        self.asked: tuple[str, str] = ("", "")  # what was asked for last, in vain, and the message

    def find_spec(self, name: str, path: Any = None, target: object = None) -> ModuleSpec | None:
        """Return a spec for a module that another one stands for, None for any other."""
        real = place(name, self.dialect)
        if real is not None:
            return ModuleSpec(name, Stand(self, real), is_package=True)  # type: ignore[arg-type]
        asked, why = self.asked
        if name != asked:
            return None
        # `from keras.layers import Dens`: Python asks for a module before it gives up.
        self.asked = ("", "")
        for finder in other_finders(self):
            try:
                spec = finder.find_spec(name, path)
            except ImportError:
                spec = None  # it has words of its own
            if spec is not None:
                return spec
        raise ImportError(why, name=name)

    def explain(self, module: ModuleType, known_as: str) -> None:
        """Let a module speak of what it lacks as the library does that it stands for."""
        if module in self.before:
            return
        find = self.before[module] = vars(module).get("__getattr__")
        for name, part in list(vars(module).items()):
            self._explain_part(known_as, name, part)

        def __getattr__(name: str) -> Any:
            words = f"module {known_as!r} has no attribute {name!r}"
            try:
                if find is not None:
                    part = find(name)
                    self._explain_part(known_as, name, part)
                    return part
            except AttributeError as error:
                words = str(error)
            if not name.startswith("__"):
                why = why_not(f"{known_as}.{name}", self.dialect, words, dir(module))
                words = f"module {known_as!r} has no attribute {name!r}{why}"
                self.asked = (
                    f"{module.__name__}.{name}",
                    f"cannot import name {name!r} from {known_as!r}{why}",
                )
            raise AttributeError(words, name=name) from None

        vars(module)["__getattr__"] = __getattr__

    def _explain_part(self, parent: str, name: str, part: object) -> None:
        if isinstance(part, ModuleType) and part.__name__.startswith("cornu"):
            self.explain(part, f"{parent}.{name}")


class Stand:
    """The loader of a module that stands for another one."""

    def __init__(self, redirect: Redirect, real: str) -> None:
        self.redirect = redirect
        self.real = real

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave the making of the module to Python; `exec_module` replaces it."""

    def exec_module(self, module: ModuleType) -> None:
        """Put the real module in its place."""
        name = module.__name__
        if self.real == EMPTY:
            return
        try:
            found = import_module(self.real)
        except ModuleNotFoundError as error:
            if not f"{self.real}.".startswith(f"{error.name}."):
                raise
            found = _part(name)
            if found is None:
                why = why_not(name, self.redirect.dialect)
                raise ModuleNotFoundError(f"No module named {name!r}{why}", name=name) from None
        restore()
        vars(found).setdefault("__path__", [])  # so that what lies below is asked for
        self.redirect.explain(found, name)
        sys.modules[name] = found


def other_finders(own: Any) -> Iterator[Any]:
    """Yield the finders of Python beside one of ours, but for those of a form that it gave up."""
    return (f for f in sys.meta_path if f is not own and hasattr(f, "find_spec"))


def _part(name: str) -> Any:
    """Return the module that the parent has under a name, in no file of its own; None if none."""
    parent, _, child = name.rpartition(".")
    part = getattr(sys.modules.get(parent), child, None)
    return part if isinstance(part, ModuleType) else None


def current() -> Redirect | None:
    """Return the finder that is at work, or None."""
    return next((f for f in sys.meta_path if isinstance(f, Redirect)), None)


def install(dialect: str) -> Redirect:
    """Redirect imports from now on; what was imported before is forgotten.

    Parameters
    ----------
    dialect : {"keras2", "tfkeras", "keras3"}
        What `keras` is.
    """
    redirect = current()
    if redirect is None or redirect.dialect != dialect:
        uninstall()
        redirect = Redirect(dialect)
    else:
        sys.meta_path.remove(redirect)
    sys.meta_path.insert(0, redirect)
    return redirect


def uninstall() -> None:
    """Let imports lead where they led before."""
    redirect = current()
    if redirect is not None:
        sys.meta_path.remove(redirect)
        for module, find in redirect.before.items():
            del vars(module)["__getattr__"]
            if find is not None:
                vars(module)["__getattr__"] = find
    tops = {root.partition(".")[0] for root in ROOTS} - {"tensorboard"}
    for name in [n for n in sys.modules if n.partition(".")[0] in tops]:
        del sys.modules[name]
