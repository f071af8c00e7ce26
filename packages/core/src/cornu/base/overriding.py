"""Methods that subclasses write with signatures of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


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
