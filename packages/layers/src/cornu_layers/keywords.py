"""Older names of arguments, accepted beside the present ones."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def renamed(**names: str) -> Callable[[T], T]:
    """Let a function or a class take older argument names.

    Parameters
    ----------
    **names : str
        `old="new"`.

    Raises
    ------
    TypeError
        On the call, when the old and the new name are both given.

    Examples
    --------
    >>> @renamed(alpha="negative_slope")
    ... def leak(x, negative_slope=0.2):
    ...     return x * negative_slope
    >>> leak(10.0, alpha=0.5)
    5.0
    """

    def decorate(target: Any) -> Any:
        if inspect.isclass(target):
            cls: Any = target
            if cls.__new__ is not object.__new__:  # a layer notes there what it is made with
                cls.__new__ = staticmethod(_translating(cls.__new__, names, cls.__name__))
            cls.__init__ = _translating(cls.__init__, names, cls.__name__)
            return cls
        return _translating(target, names, target.__name__)

    return decorate


def _translating(function: Callable, names: dict[str, str], called: str) -> Callable:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        for old in names.keys() & kwargs.keys():
            new = names[old]
            if new in kwargs:
                raise TypeError(f"{called} got both {new}= and its older name {old}=; keep {new}=.")
            kwargs[new] = kwargs.pop(old)
        return function(*args, **kwargs)

    wrapper.__signature__ = _open(inspect.signature(function))  # type: ignore[attr-defined]
    return wrapper


def _open(signature: inspect.Signature) -> inspect.Signature:
    """Return a signature that says there is more to give by name."""
    parameters = list(signature.parameters.values())
    if parameters and parameters[-1].kind is inspect.Parameter.VAR_KEYWORD:
        return signature
    more = inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD)
    return signature.replace(parameters=[*parameters, more])
