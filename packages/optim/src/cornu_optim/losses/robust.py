"""Errors that grow linearly where they are large, so that outliers weigh less."""

from __future__ import annotations

import math
from typing import Any

import cornu_ops as ops
from cornu.base.loss import LossFunctionWrapper
from cornu_ops.targets import SameShape, takes
from cornu_optim.losses.targets import aligned


@takes(SameShape())
def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Any:
    """Return the mean Huber error over the last axis: quadratic up to `delta`, linear beyond.

    Parameters
    ----------
    y_true, y_pred : array (batch, …, d)
    delta : float
        Where the parabola goes over into a line.

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> huber([[0.0, 0.0]], [[1.0, 3.0]])
    array([1.5], dtype=float32)
    """
    y_true, y_pred = aligned(y_true, y_pred)
    error = ops.subtract(y_pred, y_true)
    size = ops.abs(error)
    line = ops.subtract(ops.multiply(delta, size), 0.5 * delta * delta)
    parabola = ops.multiply(0.5, ops.square(error))
    return ops.mean(ops.where(ops.less_equal(size, delta), parabola, line), axis=-1)


@takes(SameShape())
def log_cosh(y_true: Any, y_pred: Any) -> Any:
    """Return the mean over the last axis of `log(cosh(y_pred - y_true))`, without overflow.

    Parameters
    ----------
    y_true, y_pred : array (batch, …, d)

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> log_cosh([[0.0, 0.0]], [[1.0, 0.0]]).round(4)
    array([0.2169], dtype=float32)
    """
    y_true, y_pred = aligned(y_true, y_pred)
    error = ops.subtract(y_pred, y_true)
    # log cosh x = x + log(1 + exp(-2x)) - log 2
    values = ops.subtract(ops.add(error, ops.softplus(ops.multiply(-2.0, error))), math.log(2.0))
    return ops.mean(values, axis=-1)


class Huber(LossFunctionWrapper):
    r"""The Huber loss, quadratic for small errors and linear for large ones.

    With $e = \hat y - y$: $\frac12 e^2$ where $|e| \le \delta$, else
    $\delta |e| - \frac12 \delta^2$; the mean over the last axis.

    Parameters
    ----------
    delta : float
        Where the parabola goes over into a line.
    reduction : str or None
        See `cornu.losses.Loss`.
    name : str
    dtype : str, optional

    References
    ----------
    Huber, *Robust estimation of a location parameter*, 1964.

    Examples
    --------
    >>> float(Huber()([[0.0, 0.0]], [[1.0, 3.0]]))
    1.5
    """

    delta: float

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str = "huber_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(huber, reduction, name, dtype, delta=delta)


class LogCosh(LossFunctionWrapper):
    r"""Mean of $\log\cosh(\hat y - y)$: quadratic near zero, linear far from it.

    Parameters
    ----------
    reduction : str or None
        See `cornu.losses.Loss`.
    name : str
    dtype : str, optional

    Examples
    --------
    >>> round(float(LogCosh()([[0.0, 0.0]], [[1.0, 0.0]])), 4)
    0.2169
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "log_cosh",
        dtype: Any = None,
    ) -> None:
        super().__init__(log_cosh, reduction, name, dtype)
