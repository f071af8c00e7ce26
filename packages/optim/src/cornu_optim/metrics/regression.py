"""How far predictions are from targets."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops
from cornu.base.metric import Mean, MeanMetricWrapper
from cornu_ops.weighted import squeeze_or_expand_to_same_rank, to_dtype
from cornu_optim.losses import errors, robust, similarity


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Return the cosine of the angle between vectors; as a loss, it has the opposite sign.

    Parameters
    ----------
    y_true, y_pred : array (batch, …, d)
    axis : int
        Along which the vectors lie.

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> cosine_similarity([[0.0, 1.0]], [[0.0, 2.0]])
    array([1.], dtype=float32)
    """
    return ops.negative(similarity.cosine_similarity(y_true, y_pred, axis=axis))


class MeanSquaredError(MeanMetricWrapper):
    """Mean of squared differences.

    Parameters
    ----------
    name : str
    dtype : str, optional

    Examples
    --------
    >>> metric = MeanSquaredError()
    >>> metric.update_state([[0, 1], [0, 0]], [[1, 1], [0, 0]])
    >>> float(metric.result())
    0.25
    """

    _direction = "down"

    def __init__(self, name: str = "mean_squared_error", dtype: Any = None) -> None:
        super().__init__(errors.mean_squared_error, name, dtype)


class RootMeanSquaredError(Mean):
    """Root of the mean of squared differences.

    Parameters
    ----------
    name : str
    dtype : str, optional

    Examples
    --------
    >>> metric = RootMeanSquaredError()
    >>> metric.update_state([[0, 1], [0, 0]], [[1, 1], [0, 0]])
    >>> float(metric.result())
    0.5
    """

    _direction = "down"

    def __init__(self, name: str = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Add a batch."""
        y_true, y_pred = to_dtype(y_true, self.dtype), to_dtype(y_pred, self.dtype)
        y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
        super().update_state(ops.square(ops.subtract(y_pred, y_true)), sample_weight)

    def result(self) -> Any:
        """Return the root of the mean."""
        return ops.sqrt(super().result())


class MeanAbsoluteError(MeanMetricWrapper):
    """Mean of absolute differences.

    Parameters
    ----------
    name : str
    dtype : str, optional

    Examples
    --------
    >>> metric = MeanAbsoluteError()
    >>> metric.update_state([[0, 1], [0, 0]], [[1, 1], [0, 0]])
    >>> float(metric.result())
    0.25
    """

    _direction = "down"

    def __init__(self, name: str = "mean_absolute_error", dtype: Any = None) -> None:
        super().__init__(errors.mean_absolute_error, name, dtype)


class MeanAbsolutePercentageError(MeanMetricWrapper):
    """Mean of absolute differences in percent of the target.

    Parameters
    ----------
    name : str
    dtype : str, optional

    Examples
    --------
    >>> metric = MeanAbsolutePercentageError()
    >>> metric.update_state([[2.0, 4.0]], [[1.0, 4.0]])
    >>> float(metric.result())
    25.0
    """

    _direction = "down"

    def __init__(self, name: str = "mean_absolute_percentage_error", dtype: Any = None) -> None:
        super().__init__(errors.mean_absolute_percentage_error, name, dtype)


class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """Mean of squared differences of `log(1 + y)`.

    Parameters
    ----------
    name : str
    dtype : str, optional

    Examples
    --------
    >>> metric = MeanSquaredLogarithmicError()
    >>> metric.update_state([[0, 1]], [[1, 1]])
    >>> round(float(metric.result()), 4)
    0.2402
    """

    _direction = "down"

    def __init__(self, name: str = "mean_squared_logarithmic_error", dtype: Any = None) -> None:
        super().__init__(errors.mean_squared_logarithmic_error, name, dtype)


class LogCoshError(MeanMetricWrapper):
    """Mean of `log(cosh(y_pred - y_true))`.

    Parameters
    ----------
    name : str
    dtype : str, optional

    Examples
    --------
    >>> metric = LogCoshError()
    >>> metric.update_state([[0.0, 0.0]], [[1.0, 0.0]])
    >>> round(float(metric.result()), 4)
    0.2169
    """

    _direction = "down"

    def __init__(self, name: str = "logcosh", dtype: Any = None) -> None:
        super().__init__(robust.log_cosh, name, dtype)


class CosineSimilarity(MeanMetricWrapper):
    """Mean cosine of the angle between predictions and targets.

    Parameters
    ----------
    name : str
    dtype : str, optional
    axis : int
        Along which the vectors lie.

    Examples
    --------
    >>> metric = CosineSimilarity()
    >>> metric.update_state([[0.0, 1.0], [1.0, 1.0]], [[0.0, 2.0], [1.0, -1.0]])
    >>> float(metric.result())
    0.5
    """

    _direction = "up"
    axis: int

    def __init__(self, name: str = "cosine_similarity", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(cosine_similarity, name, dtype, axis=axis)
