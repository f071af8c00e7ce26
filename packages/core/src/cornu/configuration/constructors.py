"""The constructors that a call of a class reaches, and what they take."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

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


def _passes_on(init: Callable[..., Any]) -> bool:
    parameters = inspect.signature(init).parameters.values()
    return any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)
