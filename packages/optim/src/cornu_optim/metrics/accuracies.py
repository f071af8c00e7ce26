"""How often predictions are right."""

from __future__ import annotations

from typing import Any, ClassVar

import cornu_ops as ops
from cornu.base.metric import MeanMetricWrapper
from cornu_engine import config
from cornu_ops.weighted import squeeze_or_expand_to_same_rank
from cornu_optim.losses.targets import aligned
from cornu_optim.metrics.confusion import check_top_k


def accuracy(y_true: Any, y_pred: Any) -> Any:
    """Return 1 where predictions equal targets, 0 elsewhere.

    Parameters
    ----------
    y_true, y_pred : array (batch, …)

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> accuracy([1, 2, 3], [1, 2, 0])
    array([1., 1., 0.], dtype=float32)
    """
    return ops.cast(ops.equal(*aligned(y_true, y_pred)), config.floatx())


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Any:
    """Return 1 where predictions lie on the target's side of a threshold, 0 elsewhere.

    Parameters
    ----------
    y_true : array (batch, …)
        0 and 1.
    y_pred : array (batch, …)
    threshold : float
        Above it, a prediction means 1.

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> binary_accuracy([1, 0, 1], [0.9, 0.6, 0.2])
    array([1., 0., 0.], dtype=float32)
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
    chosen = ops.cast(ops.greater(y_pred, threshold), y_true.dtype)
    return ops.cast(ops.equal(y_true, chosen), config.floatx())


def categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """Return 1 where the most probable class is the target's, 0 elsewhere.

    Parameters
    ----------
    y_true : array (batch, …, classes)
        One-hot, or probabilities.
    y_pred : array (batch, …, classes)

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> categorical_accuracy([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]])
    array([1., 0.], dtype=float32)
    """
    right = ops.equal(ops.argmax(y_true, axis=-1), ops.argmax(y_pred, axis=-1))
    return ops.cast(right, config.floatx())


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """Return 1 where the most probable class has the target's number, 0 elsewhere.

    Parameters
    ----------
    y_true : array (batch, …) or (batch, …, 1)
        Numbers of the classes.
    y_pred : array (batch, …, classes)

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> sparse_categorical_accuracy([1, 0], [[0.2, 0.8], [0.4, 0.6]])
    array([1., 0.], dtype=float32)
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, axis=-1)
    chosen = ops.cast(ops.argmax(y_pred, axis=-1), y_true.dtype)
    right = ops.cast(ops.equal(y_true, chosen), config.floatx())
    if len(right.shape) > 1 and right.shape[-1] == 1:
        right = ops.squeeze(right, axis=-1)
    return right


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """Return 1 where the target's class is among the `k` most probable, 0 elsewhere.

    Parameters
    ----------
    y_true : array (batch, …, classes)
        One-hot, or probabilities.
    y_pred : array (batch, …, classes)
    k : int

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> y_pred = [[0.1, 0.9, 0.8], [0.05, 0.0, 0.95]]
    >>> top_k_categorical_accuracy([[0, 0, 1], [0, 1, 0]], y_pred, k=2)
    array([1., 0.], dtype=float32)
    """
    return sparse_top_k_categorical_accuracy(ops.argmax(y_true, axis=-1), y_pred, k=k)


def sparse_top_k_categorical_accuracy(
    y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False
) -> Any:
    """Return 1 where the target's class is among the `k` most probable, by number, else 0.

    Parameters
    ----------
    y_true : array (batch, …)
        Numbers of the classes.
    y_pred : array (batch, …, classes)
    k : int
    from_sorted_ids : bool
        Whether `y_pred` holds the numbers of classes, the most probable first, and not scores.

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> sparse_top_k_categorical_accuracy([2, 1], [[0.1, 0.9, 0.8], [0.05, 0.0, 0.95]], k=2)
    array([1., 0.], dtype=float32)
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    shape = y_true.shape
    y_true = ops.reshape(y_true, (-1,))
    if len(y_pred.shape) > 2:
        y_pred = ops.reshape(y_pred, (-1, y_pred.shape[-1]))
    if from_sorted_ids:
        best = y_pred[:, :k]
        hits = ops.equal(ops.expand_dims(ops.cast(y_true, best.dtype), 1), best)
        right = ops.any(hits, axis=1)
    else:
        right = ops.in_top_k(ops.cast(y_true, "int32"), y_pred, k=k)
    return ops.reshape(ops.cast(right, config.floatx()), shape)


class Accuracy(MeanMetricWrapper):
    """How often predictions equal targets.

    Parameters
    ----------
    name : str
    dtype : str, optional

    Examples
    --------
    >>> metric = Accuracy()
    >>> metric.update_state([[1], [2], [3], [4]], [[0], [2], [3], [4]])
    >>> float(metric.result())
    0.75
    """

    _direction = "up"
    by_targets: ClassVar = {  # what "accuracy" means in `compile`
        "binary": "binary_accuracy",
        "sparse": "sparse_categorical_accuracy",
        "one_hot": "categorical_accuracy",
    }

    def __init__(self, name: str = "accuracy", dtype: Any = None) -> None:
        super().__init__(accuracy, name, dtype)


class BinaryAccuracy(MeanMetricWrapper):
    """How often predictions lie on the target's side of a threshold.

    Parameters
    ----------
    name : str
    dtype : str, optional
    threshold : float
        Above it, a prediction means 1.

    Examples
    --------
    >>> metric = BinaryAccuracy()
    >>> metric.update_state([[1], [1], [0], [0]], [[0.98], [1], [0], [0.6]])
    >>> float(metric.result())
    0.75
    """

    _direction = "up"
    threshold: float

    def __init__(
        self, name: str = "binary_accuracy", dtype: Any = None, threshold: float = 0.5
    ) -> None:
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)


class CategoricalAccuracy(MeanMetricWrapper):
    """How often the most probable class is that of a one-hot target.

    Parameters
    ----------
    name : str
    dtype : str, optional

    Examples
    --------
    >>> metric = CategoricalAccuracy()
    >>> metric.update_state([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0.0]])
    >>> float(metric.result())
    0.5
    """

    _direction = "up"

    def __init__(self, name: str = "categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(categorical_accuracy, name, dtype)


class SparseCategoricalAccuracy(MeanMetricWrapper):
    """How often the most probable class has the target's number.

    Parameters
    ----------
    name : str
    dtype : str, optional

    Examples
    --------
    >>> metric = SparseCategoricalAccuracy()
    >>> metric.update_state([[2], [1]], [[0.1, 0.6, 0.3], [0.05, 0.95, 0.0]])
    >>> float(metric.result())
    0.5
    """

    _direction = "up"

    def __init__(self, name: str = "sparse_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(sparse_categorical_accuracy, name, dtype)


class TopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the class of a one-hot target is among the `k` most probable.

    Parameters
    ----------
    k : int
    name : str
    dtype : str, optional

    Examples
    --------
    >>> metric = TopKCategoricalAccuracy(k=1)
    >>> metric.update_state([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0.0]])
    >>> float(metric.result())
    0.5
    """

    _direction = "up"
    k: int

    def __init__(
        self, k: int = 5, name: str = "top_k_categorical_accuracy", dtype: Any = None
    ) -> None:
        super().__init__(top_k_categorical_accuracy, name, dtype, k=check_top_k(k))


class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the target's number is among those of the `k` most probable classes.

    Parameters
    ----------
    k : int
    name : str
    dtype : str, optional
    from_sorted_ids : bool
        Whether predictions are numbers of classes, the most probable first, and not scores.

    Examples
    --------
    >>> metric = SparseTopKCategoricalAccuracy(k=1)
    >>> metric.update_state([2, 1], [[0.1, 0.9, 0.8], [0.05, 0.95, 0.0]])
    >>> float(metric.result())
    0.5
    """

    _direction = "up"
    k: int
    from_sorted_ids: bool

    def __init__(
        self,
        k: int = 5,
        name: str = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ) -> None:
        super().__init__(
            sparse_top_k_categorical_accuracy,
            name,
            dtype,
            k=check_top_k(k),
            from_sorted_ids=from_sorted_ids,
        )
