"""Metrics: what they say of symbolic tensors, of points on a curve, and as functions."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops
from cornu.configuration.config import serialize as _serialize
from cornu_engine import config
from cornu_engine.trace import op
from cornu_keras.backend.variables import is_keras_tensor

__all__ = [
    "CountsInFloats",
    "NearestPoint",
    "OfSymbols",
    "binary_accuracy",
    "serialize",
    "sparse_categorical_accuracy",
]


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Any:
    """Return which part of each sample's predictions lies on the target's side of a threshold.

    Parameters
    ----------
    y_true, y_pred : value
    threshold : float

    Examples
    --------
    >>> binary_accuracy([[1.0, 0.0]], [[0.9, 0.6]])
    array([0.5], dtype=float32)
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    chosen = ops.cast(ops.greater(y_pred, threshold), y_pred.dtype)
    right = ops.equal(ops.cast(y_true, y_pred.dtype), chosen)
    return ops.mean(ops.cast(right, config.floatx()), axis=-1)


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """Return 1 where the most probable class has the target's number, 0 elsewhere.

    Parameters
    ----------
    y_true : value
        Numbers of classes; as many axes as `y_pred` has, or one less.
    y_pred : value

    Examples
    --------
    >>> sparse_categorical_accuracy([[1.0], [0.0]], [[0.2, 0.8], [0.4, 0.6]])
    array([1., 0.], dtype=float32)
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if len(y_true.shape) == len(y_pred.shape):
        y_true = ops.squeeze(y_true, axis=-1)
    right = ops.equal(ops.cast(y_true, "int32"), ops.cast(ops.argmax(y_pred, axis=-1), "int32"))
    return ops.cast(right, config.floatx())


def serialize(metric: Any) -> Any:
    """Return the configuration of a metric; what has none is known by its name.

    Parameters
    ----------
    metric : Metric, function or object with a `__name__`
    """
    if hasattr(metric, "get_config") or callable(metric) or not hasattr(metric, "__name__"):
        return _serialize(metric)
    return metric.__name__


class OfSymbols:
    """A metric that may be called on symbolic tensors: what comes out is its value of a batch."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Add a batch and return the value so far; of symbolic tensors, that of one batch."""
        if not any(map(is_keras_tensor, (*args, *kwargs.values()))):
            return super().__call__(*args, **kwargs)  # type: ignore[misc]
        config = self.get_config()  # type: ignore[attr-defined]
        metric = self

        @op
        def value(*args: Any, **kwargs: Any) -> Any:
            fresh = type(metric).from_config(config)  # type: ignore[attr-defined]
            fresh.update_state(*args, **kwargs)
            return fresh.result()

        found = value(*args, **kwargs)
        found._metric_obj = self
        return found

    def add_variable(self, *args: Any, **kwargs: Any) -> Any:
        """Make a piece of state, which is called `total:0`."""
        variable = super().add_variable(*args, **kwargs)  # type: ignore[misc]
        variable.name = f"{variable.name}:0"
        return variable


class NearestPoint:
    """Looks at the threshold where the one rate is nearest to the value, be it above or below."""

    def result(self) -> Any:
        """Return the other rate there."""
        wanted, given = self._rate(self._wanted), self._rate(self._given)  # type: ignore[attr-defined]
        distance = ops.abs(ops.subtract(given, self.value))  # type: ignore[attr-defined]
        return ops.take(wanted, ops.argmin(distance), axis=0)


class CountsInFloats:
    """Counts pairs of classes in floats, as weights are."""

    @classmethod
    def _prepare(cls, kwargs: dict[str, Any]) -> dict[str, Any]:
        return {**kwargs, "dtype": kwargs.get("dtype") or config.floatx()}
