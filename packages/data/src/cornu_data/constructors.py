"""The constructors that a call of a class reaches, and what they take."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterable
from typing import Any

from cornu_engine.errors import near_matches

VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def constructors(cls: type) -> list[Callable[..., Any]]:
    """Return the nearest `__init__`, and the next of the bases as long as one passes `**kwargs` on.

    Examples
    --------
    >>> class Base:
    ...     def __init__(self, name=None): ...
    >>> class Derived(Base):
    ...     def __init__(self, units, **kwargs): ...
    >>> constructors(Derived) == [Derived.__init__, Base.__init__]
    True
    """
    reached: list[Callable[..., Any]] = []
    for owner in cls.__mro__[:-1]:
        if "__init__" in vars(owner):
            reached.append(vars(owner)["__init__"])
            if not _passes_on(reached[-1]):
                break
    return reached


def signature_parameters(cls: type) -> dict[str, inspect.Parameter]:
    """Return the parameters that `cls(...)` takes, by name; those of bases are keyword-only.

    Examples
    --------
    >>> class Base:
    ...     def __init__(self, name=None): ...
    >>> class Derived(Base):
    ...     def __init__(self, units, **kwargs): ...
    >>> list(signature_parameters(Derived))
    ['units', 'name']
    """
    taken: dict[str, inspect.Parameter] = {}
    for init in constructors(cls):
        is_own = init is vars(cls).get("__init__")
        for parameter in list(inspect.signature(init).parameters.values())[1:]:
            if parameter.kind not in VARIADIC and parameter.name not in taken:
                keyword = parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
                taken[parameter.name] = keyword if taken and not is_own else parameter
    return taken


def takes_more(cls: type) -> bool:
    """Tell whether a call takes keywords that no constructor names.

    Examples
    --------
    >>> takes_more(dict), takes_more(type("Plain", (), {"__init__": lambda self, size: None}))
    (True, False)
    """
    return all(_passes_on(init) for init in constructors(cls))


def check_call(cls: type, args: tuple, kwargs: dict[str, Any], more: Iterable[str] = ()) -> None:
    """Raise TypeError for a call that `cls.__init__` cannot take, with the edit that mends it.

    A call without arguments passes: copies are made by one.

    Examples
    --------
    >>> check_call(type("Plain", (), {"__init__": lambda self, size: None}), (), {"siz": 3})
    Traceback (most recent call last):
    TypeError: Plain does not take the argument(s) 'siz'. Did you mean 'size'?
    """
    try:
        init = cls.__init__  # type: ignore[misc]
        # what has a `__signature__` may say less than it takes
        if (args or kwargs) and not hasattr(init, "__signature__"):
            by_place, must = _needed(init)
            given = {*by_place[: len(args)], *kwargs}
            if not (must <= given <= {*by_place} and len(given) == len(args) + len(kwargs)):
                inspect.signature(init).bind(None, *args, **kwargs)
    except TypeError as error:
        needed = [n for n, p in signature_parameters(cls).items() if p.default is p.empty]
        text = not_taken(cls, kwargs, more) or (
            f"{cls.__name__}(): {error}. Write {cls.__name__}({', '.join(needed)}, …)"
            + (f", with several numbers as a tuple: {args}." if len(args) > len(needed) else ".")
        )
        raise TypeError(text) from None


@functools.lru_cache(maxsize=1024)
def _needed(init: Callable[..., Any]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the parameters that may come by place, and those that must come."""
    taken = list(inspect.signature(init).parameters.values())[1:]
    by_place = tuple(p.name for p in taken if p.kind is p.POSITIONAL_OR_KEYWORD)
    must = (p.name for p in taken if p.kind not in VARIADIC and p.default is p.empty)
    return by_place, frozenset(must)


def sign_by_init(cls: type) -> None:
    """Give a class the signature of its `__init__` where Python would show a base's `__new__`."""
    if sys.version_info < (3, 11):
        parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]  # type: ignore[misc]
        cls.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]


def not_taken(cls: type, kwargs: Iterable[str], more: Iterable[str] = ()) -> str:
    """Return which arguments a call does not take, and what may have been meant; or nothing.

    Examples
    --------
    >>> not_taken(type("Plain", (), {"__init__": lambda self, size: None}), ["size"])
    ''
    """
    known = [*signature_parameters(cls), *more]
    unknown = [name for name in kwargs if name not in known]
    if not unknown:
        return ""
    listed = ", ".join(map(repr, unknown))
    hint = near_matches(unknown[0], known)
    if not hint and 0 < len(known) <= 12:
        hint = f"It takes {', '.join(known)}."
    return f"{cls.__name__} does not take the argument(s) {listed}. {hint}".rstrip()


@functools.lru_cache(maxsize=1024)  # asked at each call of a class
def _passes_on(init: Callable[..., Any]) -> bool:
    parameters = inspect.signature(init).parameters.values()
    return any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)
