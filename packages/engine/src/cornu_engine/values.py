"""Arrays that operations return outside of a program: `x += h` makes a new one.

A traced value never changes: `x += h` gives `x` another value, and whoever holds the old one keeps
it. So that a layer computes the same when it is called on arrays, its inputs and what operations
return are arrays of this kind. They can only be read: `np.array(x)` is a copy to be written.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np


class Value(np.ndarray):
    """An array whose operators in place return new arrays.

    Examples
    --------
    >>> x = np.zeros(3).view(Value)
    >>> y = x
    >>> y += 1
    >>> x, y
    (array([0., 0., 0.]), array([1., 1., 1.]))
    """

    def __repr__(self) -> str:
        return repr(self.view(np.ndarray))

    def numpy(self) -> np.ndarray:
        """Return a copy that may be written, as tensors elsewhere do."""
        return np.array(self)

    def __reduce__(self) -> Any:
        return self.view(np.ndarray).__reduce__()


def _instead(function: Callable[[Any, Any], Any]) -> Any:
    return lambda self, other: function(self, other)


for _name in "add sub mul truediv floordiv mod pow matmul and_ or_ xor lshift rshift".split():
    setattr(Value, f"__i{_name.rstrip('_')}__", _instead(getattr(operator, _name)))


def read_only(result: Any) -> Any:
    """Return an array to be read, in its own memory, as a value; so in a tuple or list.

    Examples
    --------
    >>> x = read_only(np.zeros(3))
    >>> x[0] = 1.0
    Traceback (most recent call last):
    ValueError: assignment destination is read-only
    """
    kind = type(result)
    if kind is np.ndarray or (kind is Value and result.flags.writeable):
        result = result.view(Value)
        result.flags.writeable = False
    elif kind is tuple or kind is list:
        return kind(map(read_only, result))
    return result
