"""How the arguments of a dialect become Cornu's: order, defaults and older names."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cornu.configuration.constructors import signature_parameters

if TYPE_CHECKING:
    from cornu_keras.compat.dialect import Dialect

__all__ = ["Arguments"]

_OPEN = inspect.Parameter.empty
_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class Arguments:
    """What a function or class takes in a dialect, and in Cornu.

    Parameters
    ----------
    name : str
        For messages.
    base : callable
        Cornu's class or function.
    said : Signature, optional
        What the dialect's takes.
    old_names : callable, optional
        Translates a call by older names of arguments.
    """

    def __init__(
        self,
        name: str,
        base: Any,
        said: inspect.Signature | None,
        old_names: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
    ) -> None:
        self.name = name
        self._base = base
        self._taken = _parameters(base)
        self._said = {} if said is None else dict(said.parameters)
        self._old_names = old_names
        self._order = [p.name for p in self._said.values() if p.kind not in _VARIADIC]
        self.defaults = {
            p.name: p.default
            for p in self._said.values()
            if p.default is not _OPEN
            and p.name in self._taken
            and not _same(p.default, self._taken[p.name].default)
        }

    @property
    def differ(self) -> bool:
        """Whether a call means something else here than in Cornu."""
        ours = [p.name for p in self._taken.values() if p.kind not in _VARIADIC]
        return bool(self.defaults) or ours[: len(self._order)] != self._order

    def translated(self, args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
        """Return the arguments of a call as Cornu takes them."""
        if self._old_names is not None and (kwargs or args):
            kwargs = self._old_names(kwargs)
        if self._order:
            if len(args) > len(self._order):
                raise TypeError(
                    f"{self.name}() takes {len(self._order)} positional arguments, "
                    f"but {len(args)} were given"
                )
            named = dict(zip(self._order, args, strict=False))
            twice = named.keys() & kwargs.keys()
            if twice:
                raise TypeError(f"{self.name}() got multiple values for {min(twice)!r}")
            args, kwargs = (), {**named, **kwargs}
        return args, {**self.defaults, **kwargs}

    def signature(self) -> inspect.Signature:
        """Return Cornu's parameters in the order and with the defaults of the dialect."""
        first = [self._taken[name] for name in self._order if name in self._taken]
        rest = [p for p in self._taken.values() if p.name not in self._order]
        rest = [
            p if p.kind in _VARIADIC else p.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for p in rest
        ]
        first = [
            p.replace(
                kind=inspect.Parameter.KEYWORD_ONLY,
                default=self.defaults.get(p.name, p.default),
            )
            for p in first
        ]
        parameters = [*first, *rest]
        parameters.sort(key=lambda p: p.kind)
        return inspect.Signature(parameters)

    def function(self, dialect: Dialect) -> Any:
        """Return the function with the dialect's arguments."""
        base = self._base

        @functools.wraps(base)
        def call(*args: Any, **kwargs: Any) -> Any:
            args, kwargs = self.translated(args, kwargs)
            with dialect.speaking():
                return base(*args, **kwargs)

        return call


def _parameters(base: Any) -> dict[str, inspect.Parameter]:
    try:
        if isinstance(base, type):
            init: Any = base.__init__  # type: ignore[misc]
            own = list(inspect.signature(init).parameters.values())[1:]
            return {p.name: p for p in own} | {
                k: v for k, v in signature_parameters(base).items() if k not in own
            }
        return dict(inspect.signature(base).parameters)
    except (TypeError, ValueError):
        return {}


def _same(one: Any, two: Any) -> bool:
    try:
        return bool(one == two) and isinstance(one, bool) == isinstance(two, bool)
    except ValueError:
        return False
