"""Sums of everything seen; the mean is `cornu.metrics.Mean`, which core brings."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops
from cornu.base.metric import Metric
from cornu_data.symbolic.masks import get_mask
from cornu_ops.weighted import samplewise


class Sum(Metric):
    r"""The (weighted) sum of all values seen: $\sum w x$.

    Parameters
    ----------
    name : str
    dtype : str, optional

    Examples
    --------
    >>> total = Sum()
    >>> total.update_state([1.0, 3.0, 5.0, 7.0])
    >>> float(total.result())
    16.0
    """

    def __init__(self, name: str = "sum", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", self.dtype, name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add values `(batch, …)`."""
        values, _ = samplewise(values, get_mask(values), sample_weight, ops.sum, self.dtype)
        self.total.assign_add(ops.sum(values))

    def result(self) -> Any:
        """Return the sum."""
        return ops.copy(self.total)


class Reduce(Metric):
    """A sum or mean of all values seen, told by name (Keras 2).

    Parameters
    ----------
    reduction : {"sum", "sum_over_batch_size", "weighted_mean"}
        The sum; the sum over the number of values; the sum over the sum of weights.
    name : str
    dtype : str, optional

    Raises
    ------
    ValueError
        For another reduction.

    Examples
    --------
    >>> mean = Reduce("weighted_mean", name="mean")
    >>> mean.update_state([1.0, 4.0], sample_weight=[2.0, 1.0])
    >>> float(mean.result())
    2.0
    """

    def __init__(self, reduction: str, name: str, dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        if reduction not in ("sum", "sum_over_batch_size", "weighted_mean"):
            raise ValueError(
                "`reduction` must be 'sum', 'sum_over_batch_size' or 'weighted_mean', not "
                f"{reduction!r}."
            )
        self.reduction = reduction
        self.total = self.add_variable((), "zeros", self.dtype, name="total")
        self.count = self.add_variable((), "zeros", self.dtype, name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add values `(batch, …)`, each sample's values averaged first."""
        reduce = ops.sum if self.reduction == "sum" else ops.mean
        values, weight = samplewise(values, get_mask(values), sample_weight, reduce, self.dtype)
        self.total.assign_add(ops.sum(values))
        by_weight = self.reduction == "weighted_mean" and weight is not None
        number = float(values.shape[0] if len(values.shape) else 1)
        self.count.assign_add(ops.sum(weight) if by_weight else number)

    def result(self) -> Any:
        """Return the sum or mean."""
        if self.reduction == "sum":
            return ops.copy(self.total)
        return ops.divide_no_nan(self.total, self.count)


def clone_metric(metric: Any) -> Any:
    """Return a new metric with the arguments of `metric`; all else as it is (Keras 2).

    Examples
    --------
    >>> clone_metric(Sum(name="pages")).name
    'pages'
    """
    return type(metric).from_config(metric.get_config()) if isinstance(metric, Metric) else metric


def clone_metrics(metrics: Any) -> Any:
    """Return the list or dict of metrics with every metric cloned (Keras 2).

    Examples
    --------
    >>> clone_metrics(["mse", Sum(name="pages")])
    ['mse', <Sum name=pages>]
    """
    if isinstance(metrics, dict):
        return {name: clone_metrics(value) for name, value in metrics.items()}
    if isinstance(metrics, (list, tuple)):
        return type(metrics)(clone_metrics(value) for value in metrics)
    return clone_metric(metrics)
