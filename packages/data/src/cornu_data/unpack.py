"""The form of one batch: `x`, `(x, y)` or `(x, y, sample_weight)`."""

from __future__ import annotations

from typing import Any

from cornu_engine.errors import DataError

__all__ = ["pack_x_y_sample_weight", "unpack_x_y_sample_weight"]


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """Return inputs, targets and sample weights of a batch, None for what it lacks.

    Use it in your own `train_step`.

    Parameters
    ----------
    data : array, dict or tuple
        `x`, `(x,)`, `(x, y)` or `(x, y, sample_weight)`.

    Raises
    ------
    DataError
        If a tuple has more than three parts.

    Examples
    --------
    >>> unpack_x_y_sample_weight(("x", "y"))
    ('x', 'y', None)
    """
    if not isinstance(data, (tuple, list)):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise DataError(
            f"A batch is x, (x, y) or (x, y, sample_weight), but this one has {len(data)} parts. "
            "For several inputs, put them in one list: ([a, b], y)."
        )
    x, y, sample_weight = (*data, None, None)[:3]
    return x, y, sample_weight


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """Return a batch in the form that `train_step` receives.

    Examples
    --------
    >>> pack_x_y_sample_weight("x", "y")
    ('x', 'y')
    >>> pack_x_y_sample_weight("x")
    'x'
    """
    if y is None:
        return (x,) if isinstance(x, (tuple, list)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)
