"""What subclasses say of the methods that they write anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Method = TypeVar("Method", bound=Callable[..., Any])


def open_signature(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method as it is, and let type checkers take any arguments in its place.

    `call` and `build` of a subclass name what they take: `call(self, x)`, `call(self, query,
    value, mask=None)`. To a type checker each would contradict the base class.

    Examples
    --------
    >>> class Base:
    ...     @open_signature
    ...     def call(self, inputs, training=None):
    ...         return inputs
    >>> Base().call(3)
    3
    """
    return method


def differs_while(attribute: str) -> Callable[[Method], Method]:
    """Mark a method that does as its base does, unless an attribute of the object is true.

    A layer whose `load_own_variables` is marked so is read as any other layer meanwhile: arrays of
    a file are checked before anything changes, and may be reshaped.

    Examples
    --------
    >>> from cornu.base import Layer
    >>> class Rotated(Layer):
    ...     is_rotated = False
    ...     @differs_while("is_rotated")
    ...     def load_own_variables(self, store):
    ...         super().load_own_variables(store)
    >>> is_overridden(Rotated(), "load_own_variables", Layer)
    False
    """

    def mark(method: Method) -> Method:
        method.__dict__["differs_while"] = attribute
        return method

    return mark


def is_overridden(obj: Any, name: str, base: type) -> bool:
    """Tell whether a method of an object does something else than that of a base class."""
    method = getattr(type(obj), name)
    attribute = getattr(method, "differs_while", None)
    return method is not getattr(base, name) and (attribute is None or getattr(obj, attribute))
