"""How far predictions move with targets."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops
from cornu.base.metric import MeanMetricWrapper
from cornu_engine import config
from cornu_optim.losses.targets import aligned


def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Return Pearson's correlation of targets and predictions along an axis.

    Parameters
    ----------
    y_true, y_pred : array (batch, …, d)
    axis : int

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> pearson_correlation([[0.0, 1.0, 2.0]], [[0.0, 2.0, 4.0]]).round(4)
    array([1.], dtype=float32)
    """
    y_true, y_pred = (_standardised(y, axis) for y in aligned(y_true, y_pred))
    return ops.mean(ops.multiply(y_true, y_pred), axis=axis)


def _standardised(y: Any, axis: int) -> Any:
    y = ops.subtract(y, ops.mean(y, axis=axis, keepdims=True))
    return ops.divide(y, ops.sqrt(ops.mean(ops.square(y), axis=axis, keepdims=True)))


def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Return Lin's concordance correlation: as Pearson's, but a shift or a scale counts against it.

    Parameters
    ----------
    y_true, y_pred : array (batch, …, d)
    axis : int

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> concordance_correlation([[0.0, 1.0, 2.0]], [[0.0, 2.0, 4.0]]).round(4)
    array([0.6154], dtype=float32)
    """
    y_true, y_pred = aligned(y_true, y_pred)
    true_mean = ops.mean(y_true, axis=axis, keepdims=True)
    pred_mean = ops.mean(y_pred, axis=axis, keepdims=True)
    true_rest, pred_rest = ops.subtract(y_true, true_mean), ops.subtract(y_pred, pred_mean)
    spread = ops.add(
        ops.mean(ops.square(true_rest), axis=axis, keepdims=True),
        ops.mean(ops.square(pred_rest), axis=axis, keepdims=True),
    )
    shift = ops.square(ops.subtract(true_mean, pred_mean))
    total = ops.add(ops.add(spread, shift), config.epsilon())
    # sum((y_true - m)(y_pred - pred_mean)) is the covariance for any constant m
    covariance = ops.multiply(ops.subtract(y_true, pred_mean), pred_rest)
    return ops.mean(ops.divide(ops.multiply(2.0, covariance), total), axis=axis)


class PearsonCorrelation(MeanMetricWrapper):
    """Mean of Pearson's correlation of each sample's predictions with its targets.

    Parameters
    ----------
    name : str
    dtype : str, optional
    axis : int

    Examples
    --------
    >>> metric = PearsonCorrelation()
    >>> metric.update_state([[0, 1, 0.5], [1, 1, 0.2]], [[0.1, 0.9, 0.5], [1, 0.9, 0.2]])
    >>> round(float(metric.result()), 4)
    0.9967
    """

    _direction = "up"
    axis: int

    def __init__(
        self, name: str = "pearson_correlation", dtype: Any = None, axis: int = -1
    ) -> None:
        super().__init__(pearson_correlation, name, dtype, axis=axis)


class ConcordanceCorrelation(MeanMetricWrapper):
    """Mean of Lin's concordance correlation of each sample's predictions with its targets.

    Parameters
    ----------
    name : str
    dtype : str, optional
    axis : int

    References
    ----------
    Lin, *A concordance correlation coefficient to evaluate reproducibility*, 1989.

    Examples
    --------
    >>> metric = ConcordanceCorrelation()
    >>> metric.update_state([[0, 1, 0.5], [1, 1, 0.2]], [[0.1, 0.9, 0.5], [1, 0.9, 0.2]])
    >>> round(float(metric.result()), 4)
    0.9816
    """

    _direction = "up"
    axis: int

    def __init__(
        self, name: str = "concordance_correlation", dtype: Any = None, axis: int = -1
    ) -> None:
        super().__init__(concordance_correlation, name, dtype, axis=axis)
