"""Text among arrays: what counts as such, and its dtype's name."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_engine import tree

__all__ = ["KINDS", "TEXT", "as_text", "is_text"]

TEXT = "string"  # the dtype of text, as Keras calls it
KINDS = "SUO"  # of NumPy's dtypes, those that may hold text


def is_text(value: Any) -> bool:
    """Tell whether a value is text: an array, a symbolic tensor, or what stands for it in a step.

    Examples
    --------
    >>> is_text(np.array(["a"])), is_text(np.array([1.0])), is_text("a")
    (True, False, False)
    """
    dtype = getattr(value, "dtype", None)
    if isinstance(dtype, np.dtype):
        if dtype.kind == "O":  # of strings, or of anything
            return value.size == 0 or isinstance(value.flat[0], (str, bytes))
        return dtype.kind in KINDS
    return isinstance(dtype, str) and dtype == TEXT


def as_text(value: Any) -> Any:
    """Return nested lists of strings as an array; anything else as it is.

    Examples
    --------
    >>> as_text(["a", "b"]), as_text([1, 2])
    (array(['a', 'b'], dtype=object), [1, 2])
    """
    if isinstance(value, dict):
        return {key: as_text(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)) and value:
        leaves = tree.flatten(value)
        if all(isinstance(leaf, (str, bytes)) for leaf in leaves):
            return np.array(value, dtype=object)
    return value
