"""Lengths and products of vectors along an axis."""

from __future__ import annotations

import math
from typing import Any

import cornu_ops as ops
from cornu_engine import config


def unit_length(x: Any, axis: int) -> Any:
    r"""Return vectors along `axis` at length 1: $x / \sqrt{\max(\|x\|^2, \epsilon)}$.

    Examples
    --------
    >>> import numpy as np
    >>> unit_length(np.array([[3.0, 4.0]], "float32"), axis=1)
    array([[0.6, 0.8]], dtype=float32)
    """
    square = ops.sum(ops.square(x), axis=axis, keepdims=True)
    return x / ops.sqrt(ops.maximum(square, config.epsilon()))


def batch_dot(x: Any, y: Any, axes: tuple[int, int]) -> Any:
    r"""Return, sample by sample, the product of `x` and `y` summed over one axis of each.

    Parameters
    ----------
    x, y : array
        Batch axis first.
    axes : (int, int)
        Axis of `x` and axis of `y`, of one size; not negative.

    Returns
    -------
    array
        `(batch, other axes of x, other axes of y)`; `(batch, 1)` for two batches of vectors.

    Examples
    --------
    >>> import numpy as np
    >>> batch_dot(np.ones((2, 3, 5)), np.ones((2, 10, 3)), (1, 2)).shape
    (2, 5, 10)
    """
    a, b = axes
    x_rest = [i for i in range(1, len(x.shape)) if i != a]
    y_rest = [i for i in range(1, len(y.shape)) if i != b]
    x_sizes, y_sizes = [x.shape[i] for i in x_rest], [y.shape[i] for i in y_rest]
    batch, size = x.shape[0], x.shape[a]
    rows = ops.reshape(ops.transpose(x, (0, *x_rest, a)), (batch, math.prod(x_sizes), size))
    columns = ops.reshape(ops.transpose(y, (0, b, *y_rest)), (batch, size, math.prod(y_sizes)))
    return ops.reshape(ops.matmul(rows, columns), (batch, *(x_sizes + y_sizes or [1])))
