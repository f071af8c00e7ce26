"""The sum of everything seen; its mean is `cornu.metrics.Mean`, which core brings."""

from __future__ import annotations

from typing import Any

from cornu import ops
from cornu.base.metric import Metric, samplewise


class Sum(Metric):
    r"""The (weighted) sum of all values seen: :math:`\sum w x`.

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
        values, _ = samplewise(values, sample_weight, ops.sum, self.dtype)
        self.total.assign_add(ops.sum(values))

    def result(self) -> Any:
        """Return the sum."""
        return ops.copy(self.total)


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
