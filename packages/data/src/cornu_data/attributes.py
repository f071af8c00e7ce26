"""What an object remembers, read off its attributes, so that another process can go on with it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

_STREAM = "numpy.random"  # marks the state of a generator


def remembered(obj: Any, leave_out: Collection[str] = ()) -> dict[str, Any]:
    """Return the attributes of an object that are plain values, or generators of random numbers.

    Examples
    --------
    >>> class Counter:
    ...     def __init__(self):
    ...         self.seen, self.random, self.log = 3, np.random.default_rng(0), print
    >>> list(remembered(Counter()))
    ['seen', 'random']
    """
    plain = {}
    for name, value in vars(obj).items():
        if isinstance(value, np.random.Generator):
            plain[name] = {_STREAM: value.bit_generator.state}
        elif isinstance(value, np.random.RandomState):
            plain[name] = {_STREAM: value.get_state(legacy=False)}
        elif is_plain(value) and name not in leave_out:
            plain[name] = value
    return plain


def remember(obj: Any, state: dict[str, Any]) -> None:
    """Give an object what `remembered` returned; arrays of the same shape are written in place.

    Examples
    --------
    >>> class Counter:
    ...     seen = 0
    >>> counter = Counter()
    >>> remember(counter, {"seen": 3})
    >>> counter.seen
    3
    """
    for name, value in state.items():
        present = vars(obj).get(name)
        if isinstance(value, dict) and _STREAM in value:
            if isinstance(present, np.random.Generator):
                present.bit_generator.state = value[_STREAM]
            elif isinstance(present, np.random.RandomState):
                present.set_state(value[_STREAM])
        elif _is_like(present, value):
            present[...] = value  # others may hold this array too
        else:
            vars(obj)[name] = value


def _is_like(present: Any, value: Any) -> bool:
    return (
        isinstance(present, np.ndarray)
        and isinstance(value, np.ndarray)
        and present.shape == value.shape
        and present.dtype == value.dtype
        and present.flags.writeable
    )


def is_plain(value: Any) -> bool:
    """Tell whether a value is a number, text or array, or a list, tuple or dict of such values.

    Examples
    --------
    >>> is_plain({"best": (np.float32(1), None)}), is_plain([print])
    (True, False)
    """
    if type(value) in (list, tuple):
        return all(is_plain(part) for part in value)
    if type(value) is dict:
        return all(is_plain(part) for pair in value.items() for part in pair)
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.kind in "biufcSU"
    return value is None or isinstance(value, (bool, int, float, str))
