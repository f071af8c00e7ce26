"""Targets and predictions together: what losses take, one dtype, one rank."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cornu_ops as ops
from cornu_ops.crossentropy import ONE_HOT
from cornu_ops.weighted import squeeze_or_expand_to_same_rank

DISTRIBUTION = replace(ONE_HOT, broadcast=True)  # one number for each class


def paired(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Return both as values of the dtype of `y_pred`."""
    y_pred = ops.convert_to_tensor(y_pred)
    return ops.cast(ops.convert_to_tensor(y_true), y_pred.dtype), y_pred


def aligned(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Return both as values of the dtype of `y_pred`, with `(n,)` and `(n, 1)` brought to one rank.

    Examples
    --------
    >>> import numpy as np
    >>> a, b = aligned([1, 2], np.float32([[1], [2]]))
    >>> a.shape, a.dtype
    ((2, 1), dtype('float32'))
    """
    return squeeze_or_expand_to_same_rank(*paired(y_true, y_pred))
