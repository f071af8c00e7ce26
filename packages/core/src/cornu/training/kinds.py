"""What shapes say about targets, and what functions call themselves."""

from __future__ import annotations

from typing import Any

__all__ = ["kind_of_targets", "own_name"]


def kind_of_targets(y_true: Any, y_pred: Any) -> str:
    """Return "binary", "sparse" or "one_hot", as Keras tells them apart.

    Examples
    --------
    >>> import numpy as np
    >>> kind_of_targets(np.zeros(5), np.zeros((5, 3)))
    'sparse'
    """
    if y_pred.shape[-1] == 1:
        return "binary"
    if len(y_true.shape) < len(y_pred.shape) or y_true.shape[-1] == 1:
        return "sparse"
    return "one_hot"


def own_name(obj: Any) -> str:
    """Return the name of a function or object for logs.

    Examples
    --------
    >>> own_name(lambda y, p: p), own_name(max)
    ('lambda', 'max')
    """
    from cornu.base.naming import snake_case

    name = getattr(obj, "name", None)
    if isinstance(name, str):
        return name
    if not hasattr(obj, "__name__") and hasattr(obj, "func"):  # functools.partial
        return own_name(obj.func)
    return snake_case(getattr(obj, "__name__", type(obj).__name__))
