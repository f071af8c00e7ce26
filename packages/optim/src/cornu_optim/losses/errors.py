"""Mean errors: squared, absolute, relative and logarithmic."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops
from cornu.base.loss import LossFunctionWrapper
from cornu_engine import config
from cornu_ops.targets import SameShape, takes
from cornu_optim.losses.targets import aligned


@takes(SameShape())
def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    """Return the mean of squared differences over the last axis.

    Parameters
    ----------
    y_true, y_pred : array (batch, …, d)

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> mean_squared_error([[0.0, 1.0]], [[1.0, 3.0]])
    array([2.5], dtype=float32)
    """
    y_true, y_pred = aligned(y_true, y_pred)
    return ops.mean(ops.square(ops.subtract(y_true, y_pred)), axis=-1)


@takes(SameShape())
def mean_absolute_error(y_true: Any, y_pred: Any) -> Any:
    """Return the mean of absolute differences over the last axis.

    Parameters
    ----------
    y_true, y_pred : array (batch, …, d)

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> mean_absolute_error([[0.0, 1.0]], [[1.0, 3.0]])
    array([1.5], dtype=float32)
    """
    y_true, y_pred = aligned(y_true, y_pred)
    return ops.mean(ops.abs(ops.subtract(y_true, y_pred)), axis=-1)


@takes(SameShape())
def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Any:
    """Return the mean of absolute differences over the last axis, in percent of the target.

    Targets smaller than `cornu.config.epsilon()` count as that.

    Parameters
    ----------
    y_true, y_pred : array (batch, …, d)

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> mean_absolute_percentage_error([[2.0, 4.0]], [[1.0, 4.0]])
    array([25.], dtype=float32)
    """
    y_true, y_pred = aligned(y_true, y_pred)
    scale = ops.maximum(ops.abs(y_true), config.epsilon())
    relative = ops.abs(ops.divide(ops.subtract(y_true, y_pred), scale))
    return ops.multiply(100.0, ops.mean(relative, axis=-1))


@takes(SameShape())
def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Any:
    """Return the mean over the last axis of squared differences of `log(1 + y)`.

    Values below `cornu.config.epsilon()` count as that.

    Parameters
    ----------
    y_true, y_pred : array (batch, …, d)

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> mean_squared_logarithmic_error([[0.0]], [[1.0]]).round(4)
    array([0.4805], dtype=float32)
    """
    y_true, y_pred = aligned(y_true, y_pred)
    logs = (ops.log1p(ops.maximum(y, config.epsilon())) for y in (y_pred, y_true))
    return ops.mean(ops.square(ops.subtract(*logs)), axis=-1)


class MeanSquaredError(LossFunctionWrapper):
    r"""Mean of squared differences: $\frac{1}{d} \sum_i (y_i - \hat y_i)^2$.

    Parameters
    ----------
    reduction : str or None
        See `cornu.losses.Loss`.
    name : str
    dtype : str, optional

    Examples
    --------
    >>> float(MeanSquaredError()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 0.0]]))
    0.5
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_squared_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(mean_squared_error, reduction, name, dtype)


class MeanAbsoluteError(LossFunctionWrapper):
    r"""Mean of absolute differences: $\frac{1}{d} \sum_i |y_i - \hat y_i|$.

    Parameters
    ----------
    reduction : str or None
        See `cornu.losses.Loss`.
    name : str
    dtype : str, optional

    Examples
    --------
    >>> float(MeanAbsoluteError()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 0.0]]))
    0.5
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_absolute_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(mean_absolute_error, reduction, name, dtype)


class MeanAbsolutePercentageError(LossFunctionWrapper):
    r"""Mean of absolute differences, in percent of the target.

    .. math:: \frac{100}{d} \sum_i \frac{|y_i - \hat y_i|}{\max(|y_i|, \epsilon)}

    Parameters
    ----------
    reduction : str or None
        See `cornu.losses.Loss`.
    name : str
    dtype : str, optional

    Examples
    --------
    >>> float(MeanAbsolutePercentageError()([[2.0, 4.0]], [[1.0, 4.0]]))
    25.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_absolute_percentage_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(mean_absolute_percentage_error, reduction, name, dtype)


class MeanSquaredLogarithmicError(LossFunctionWrapper):
    r"""Mean of squared differences of logarithms.

    .. math:: \frac{1}{d} \sum_i (\log(1 + y_i) - \log(1 + \hat y_i))^2

    Parameters
    ----------
    reduction : str or None
        See `cornu.losses.Loss`.
    name : str
    dtype : str, optional

    Examples
    --------
    >>> round(float(MeanSquaredLogarithmicError()([[0.0, 1.0]], [[1.0, 1.0]])), 4)
    0.2402
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(mean_squared_logarithmic_error, reduction, name, dtype)
