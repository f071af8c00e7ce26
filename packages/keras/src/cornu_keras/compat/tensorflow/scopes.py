"""Names that begin with a scope."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

__all__ = [
    "AUTO_REUSE", "VariableScope", "get_variable_scope", "name_scope", "nameless", "scope_of_names",
    "variable_scope",
]  # fmt: skip

AUTO_REUSE = "auto"  # find a variable again, or make it


@dataclass(frozen=True)
class VariableScope:
    """Where `get_variable` looks.

    Attributes
    ----------
    name : str
    reuse : bool or AUTO_REUSE
        Whether variables are there already.
    initializer : optional
        Of variables that name none.
    """

    name: str = ""
    reuse: Any = False
    initializer: Any = None

    def reuse_variables(self) -> None:
        """Find variables again, from here to the end of the scope."""
        _scope.set(replace(_scope.get(), reuse=True))


_names: ContextVar[str] = ContextVar("cornu_tf_names", default="")
_outermost = VariableScope()
_scope: ContextVar[VariableScope] = ContextVar("cornu_tf_scope", default=_outermost)


def scope_of_names() -> str:
    """Return what names of variables begin with here."""
    return _names.get()


def get_variable_scope() -> VariableScope:
    """Return the scope that is open."""
    return _scope.get()


@contextlib.contextmanager
def name_scope(name: Any, *_: Any, **__: Any) -> Iterator[str]:
    """Begin the names of variables made inside with a name.

    Examples
    --------
    >>> with name_scope("a"), name_scope("b") as name:
    ...     name
    'a/b/'
    """
    token = _names.set(f"{_names.get()}{name}/" if name else "")
    try:
        yield _names.get()
    finally:
        _names.reset(token)


@contextlib.contextmanager
def nameless() -> Iterator[None]:
    """Begin names with nothing inside, as those that are whole already."""
    token = _names.set("")
    try:
        yield
    finally:
        _names.reset(token)


@contextlib.contextmanager
def variable_scope(
    name_or_scope: Any, default_name: str | None = None, values: Any = None,
    initializer: Any = None, reuse: Any = None, **_: Any,
) -> Iterator[VariableScope]:  # fmt: skip
    """Begin names with a name, and let `get_variable` find variables again by `reuse`."""
    outer = _scope.get()
    given = name_or_scope or default_name
    inside = given.name if isinstance(given, VariableScope) else f"{outer.name}/{given}".lstrip("/")
    scope = VariableScope(inside, reuse or outer.reuse, initializer or outer.initializer)
    tokens = _scope.set(scope), _names.set(f"{inside}/")
    try:
        yield scope
    finally:
        _names.reset(tokens[1])
        _scope.reset(tokens[0])
