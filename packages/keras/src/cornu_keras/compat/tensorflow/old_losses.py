"""`tf.compat.v1.losses`: weighted means over what has a weight."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_keras.compat.tensorflow.rows import functions
from cornu_keras.compat.tensorflow.values import as_tensors

__all__ = [
    "Reduction", "absolute_difference", "add_loss", "compute_weighted_loss", "cosine_distance",
    "get_losses", "get_total_loss", "hinge_loss", "huber_loss", "log_loss", "mean_squared_error",
    "sigmoid_cross_entropy", "softmax_cross_entropy", "sparse_softmax_cross_entropy",
]  # fmt: skip


class Reduction:
    """How the losses of all elements become one."""

    NONE = "none"
    SUM = "weighted_sum"
    SUM_OVER_BATCH_SIZE = "weighted_sum_over_batch_size"
    MEAN = "weighted_mean"
    SUM_BY_NONZERO_WEIGHTS = "weighted_sum_by_nonzero_weights"
    SUM_OVER_NONZERO_WEIGHTS = SUM_BY_NONZERO_WEIGHTS


_losses: list[Any] = []


def _reduced(losses: Any, weights: Any, reduction: str) -> Any:
    losses = ops.convert_to_tensor(losses)
    weights = ops.cast(weights, str(losses.dtype))
    weighted = ops.multiply(losses, weights)
    if reduction == Reduction.NONE:
        return weighted
    total = ops.sum(weighted)
    if reduction == Reduction.SUM:
        return total
    everywhere = ops.multiply(ops.ones_like(losses), weights)
    count = {
        Reduction.MEAN: lambda: ops.sum(everywhere),
        Reduction.SUM_OVER_BATCH_SIZE: lambda: float(np.prod(losses.shape)),
        Reduction.SUM_BY_NONZERO_WEIGHTS: lambda: ops.sum(
            ops.cast(ops.not_equal(everywhere, 0), str(losses.dtype))
        ),
    }[reduction]()
    return ops.divide_no_nan(total, count)


def compute_weighted_loss(
    losses: Any, weights: Any = 1.0, scope: Any = None, loss_collection: Any = None,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Any:  # fmt: skip
    """Return one loss of many."""
    return as_tensors(_reduced(losses, weights, reduction))


def _loss(name: str, function: Callable[..., Any], *own: str) -> Any:
    """Return a loss whose own arguments come before `weights`, or after it as TensorFlow has it."""

    def loss(
        labels: Any, predictions: Any, *given: Any, weights: Any = 1.0, scope: Any = None,
        loss_collection: Any = None, reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
        **named: Any,
    ) -> Any:  # fmt: skip
        if given:
            weights, *rest = given
            named = {**dict(zip(own, rest, strict=False)), **named}
        unknown = set(named) - set(own)
        if unknown:
            raise TypeError(f"{name}() got an unexpected keyword argument {min(unknown)!r}.")
        labels, predictions = ops.convert_to_tensor(labels), ops.convert_to_tensor(predictions)
        if "int" not in str(predictions.dtype) and name != "sparse_softmax_cross_entropy":
            labels = ops.cast(labels, str(predictions.dtype))
        found = as_tensors(_reduced(function(labels, predictions, **named), weights, reduction))
        _losses.append(found)
        return found

    loss.__name__ = loss.__qualname__ = name
    loss.__doc__ = f"TensorFlow 1's `losses.{name}`."
    return loss


def _huber(y: Any, x: Any, delta: float = 1.0) -> Any:
    error = ops.abs(ops.subtract(x, y))
    near = ops.minimum(error, delta)
    return 0.5 * ops.square(near) + delta * (error - near)


def _log(y: Any, x: Any, epsilon: float = 1e-7) -> Any:
    return -y * ops.log(x + epsilon) - (1.0 - y) * ops.log(1.0 - x + epsilon)


def _smoothed(y: Any, count: float, label_smoothing: float, base: float) -> Any:
    return y * (1.0 - label_smoothing) + label_smoothing * base / count


def _nn(name: str) -> Callable[..., Any]:
    return functions()["nn"][name]


absolute_difference = _loss("absolute_difference", lambda y, x: ops.abs(ops.subtract(x, y)))
mean_squared_error = _loss("mean_squared_error", lambda y, x: ops.square(ops.subtract(x, y)))
hinge_loss = _loss("hinge_loss", lambda y, x: ops.relu(1.0 - (2.0 * y - 1.0) * x))
huber_loss = _loss("huber_loss", _huber, "delta")
log_loss = _loss("log_loss", _log, "epsilon")
cosine_distance = _loss(
    "cosine_distance",
    lambda y, x, axis=-1: 1.0 - ops.sum(ops.multiply(x, y), axis, keepdims=True),
    "axis",
)
_sigmoid = _loss(
    "sigmoid_cross_entropy",
    lambda y, x, label_smoothing=0.0: _nn("sigmoid_cross_entropy_with_logits")(
        labels=_smoothed(y, 1.0, label_smoothing, 0.5), logits=x
    ),
    "label_smoothing",
)
_softmax = _loss(
    "softmax_cross_entropy",
    lambda y, x, label_smoothing=0.0: _nn("softmax_cross_entropy_with_logits")(
        labels=_smoothed(y, float(y.shape[-1]), label_smoothing, 1.0), logits=x
    ),
    "label_smoothing",
)
_sparse = _loss(
    "sparse_softmax_cross_entropy",
    lambda y, x: _nn("sparse_softmax_cross_entropy_with_logits")(labels=y, logits=x),
)


def sigmoid_cross_entropy(multi_class_labels: Any, logits: Any, *given: Any, **named: Any) -> Any:
    """Return TensorFlow 1's `losses.sigmoid_cross_entropy`."""
    return _sigmoid(multi_class_labels, logits, *given, **named)


def softmax_cross_entropy(onehot_labels: Any, logits: Any, *given: Any, **named: Any) -> Any:
    """Return TensorFlow 1's `losses.softmax_cross_entropy`."""
    return _softmax(onehot_labels, logits, *given, **named)


def sparse_softmax_cross_entropy(labels: Any, logits: Any, *given: Any, **named: Any) -> Any:
    """Return TensorFlow 1's `losses.sparse_softmax_cross_entropy`."""
    return _sparse(labels, logits, *given, **named)


def add_loss(loss: Any, loss_collection: Any = None) -> None:
    """Count a loss among those of `get_total_loss`."""
    _losses.append(loss)


def get_losses(scope: Any = None, loss_collection: Any = None) -> list[Any]:
    """Return the losses that were computed since they were last asked for in sum."""
    return list(_losses)


def get_total_loss(add_regularization_losses: bool = True, name: str = "total_loss") -> Any:
    """Return the sum of the losses, and begin anew."""
    total = functions()[""]["add_n"](list(_losses))
    _losses.clear()
    return total
