"""How the arguments of a dialect become Cornu's: order, defaults and older names."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from cornu_data.constructors import signature_parameters

__all__ = ["Arguments"]

Translation = Callable[[tuple, dict[str, Any]], tuple[tuple, dict[str, Any]]]
_SILENT = {"reduction": "auto"}  # values that leave the choice open
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
        old_names: Translation | None = None,
    ) -> None:
        self.name = name
        self._base = base
        self._taken = _parameters(base)
        self._said = {} if said is None else dict(said.parameters)
        self._old_names = old_names
        self._order = [p.name for p in self._said.values() if p.kind not in _VARIADIC]
        self._ours = self._counterparts()
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
        ours = [p.name for p in _own_parameters(self._base).values() if p.kind not in _VARIADIC]
        return bool(self.defaults) or ours[: len(self._order)] != self._order

    def translated(self, args: tuple, kwargs: dict[str, Any]) -> tuple[tuple, dict[str, Any]]:
        """Return the arguments of a call as Cornu takes them."""
        if self._old_names is not None and (kwargs or args):
            args, kwargs = self._old_names(args, kwargs)
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
        if self._ours:
            kwargs = {self._ours.get(name, name): value for name, value in kwargs.items()}
        kwargs = {**self.defaults, **kwargs}
        silent = [name for name, value in _SILENT.items() if kwargs.get(name) == value]
        return args, {k: v for k, v in kwargs.items() if k not in silent} if silent else kwargs

    def _counterparts(self) -> dict[str, str]:
        """Return what Cornu calls the arguments that it has under other names.

        That is what has no default and stands in the same place.
        """
        ours = [p for p in _own_parameters(self._base).values() if p.kind not in _VARIADIC]
        return {
            said: our.name
            for said, our in zip(self._order, ours, strict=False)
            if said not in self._taken and our.name not in self._order
        }

    def signature(self) -> inspect.Signature:
        """Return Cornu's parameters in the order and with the defaults of the dialect."""
        own = _own_parameters(self._base)
        first = [own[name] for name in self._order if name in own]
        rest = [p for p in own.values() if p.name not in self._order]
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

    def function(self, speaking: Callable[[], AbstractContextManager[None]]) -> Any:
        """Return the function with the dialect's arguments.

        Parameters
        ----------
        speaking : callable
            Returns the context in which names mean what they mean in the dialect.
        """
        base = self._base

        @functools.wraps(base)
        def call(*args: Any, **kwargs: Any) -> Any:
            args, kwargs = self.translated(args, kwargs)
            with speaking():
                return base(*args, **kwargs)

        call.stands_for = getattr(base, "stands_for", base)  # type: ignore[attr-defined]
        return call


def _own_parameters(base: Any) -> dict[str, inspect.Parameter]:
    """Return what a function or the nearest constructor of a class takes."""
    try:
        init: Any = getattr(base, "__init__") if isinstance(base, type) else None  # noqa: B009
        parameters = inspect.signature(base if init is None else init).parameters
    except (TypeError, ValueError):
        return {}
    skipped = 0 if init is None else 1  # self
    return {p.name: p for p in list(parameters.values())[skipped:]}


def _parameters(base: Any) -> dict[str, inspect.Parameter]:
    """Return what a function or class takes, behind `**kwargs` too."""
    own = _own_parameters(base)
    return {**signature_parameters(base), **own} if isinstance(base, type) and own else own


def _same(one: Any, two: Any) -> bool:
    try:
        return bool(one == two) and isinstance(one, bool) == isinstance(two, bool)
    except ValueError:
        return False
