"""Intersection over union, from a confusion matrix."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import cornu_ops as ops
from cornu.base.metric import Metric
from cornu_engine import config
from cornu_ops.weighted import match_weights, to_dtype


class _ConfusionMatrix(Metric):
    """Counts how often each class (row) is taken for each other (column)."""

    _direction = "up"

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(name=name, dtype="int32" if dtype is None else dtype)
        self.num_classes = num_classes
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        self.total_cm = self.add_variable(
            (num_classes, num_classes), "zeros", self.dtype, name="total_confusion_matrix"
        )

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch. Classes out of range, and the ignored one, do not count."""
        y_true = self._classes(y_true, self.sparse_y_true)
        y_pred = self._classes(y_pred, self.sparse_y_pred)
        weight = self._weights(1 if sample_weight is None else sample_weight, y_true)
        y_true, y_pred, weight = (ops.reshape(x, (-1,)) for x in (y_true, y_pred, weight))
        counts = ops.logical_and(self._in_range(y_true), self._in_range(y_pred))
        if self.ignore_class is not None:
            counts = ops.logical_and(counts, ops.not_equal(y_true, self.ignore_class))
        weight = ops.multiply(weight, ops.cast(counts, self.dtype))
        cell = ops.add(ops.multiply(y_true, self.num_classes), y_pred)
        cell = ops.where(counts, cell, ops.zeros_like(cell))  # weight 0, so any cell will do
        sums = ops.segment_sum(weight, cell, num_segments=self.num_classes**2)
        self.total_cm.assign_add(ops.reshape(sums, (self.num_classes, self.num_classes)))

    def _weights(self, sample_weight: Any, y_true: Any) -> Any:
        weight = ops.convert_to_tensor(sample_weight)
        if "float" in str(weight.dtype) and "int" in self.dtype:
            warnings.warn(
                f"The weights of {self.name!r} are floats, but it counts in {self.dtype}: they are "
                "cut to whole numbers. Pass dtype='float32' to keep them.",
                stacklevel=3,
            )
        _, weight = match_weights(y_true, to_dtype(weight, self.dtype))
        return ops.broadcast_to(weight, y_true.shape)

    def _classes(self, y: Any, sparse: bool) -> Any:
        y = ops.convert_to_tensor(y)
        y = y if sparse else ops.argmax(y, axis=self.axis)
        return ops.cast(y, "int32")

    def _in_range(self, y: Any) -> Any:
        return ops.logical_and(ops.greater_equal(y, 0), ops.less(y, self.num_classes))


class IoU(_ConfusionMatrix):
    r"""Mean over classes of intersection over union: $\frac{TP}{TP + FP + FN}$.

    Parameters
    ----------
    num_classes : int
    target_class_ids : list of int
        Classes that the mean is over; those that never occur are left out.
    name : str, optional
    dtype : str, optional
        Of the counts, whole numbers by default; float weights need a float one.
    ignore_class : int, optional
        Targets of this class do not count.
    sparse_y_true, sparse_y_pred : bool
        Whether targets and predictions are numbers of classes; scores per class otherwise.
    axis : int
        Of the scores.

    Raises
    ------
    ValueError
        If a target class does not exist.

    Examples
    --------
    >>> metric = IoU(num_classes=2, target_class_ids=[0])
    >>> metric.update_state([0, 0, 1, 1], [0, 1, 0, 1])
    >>> round(float(metric.result()), 4)
    0.3333
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(num_classes, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)
        if max(target_class_ids) >= num_classes:
            raise ValueError(
                f"There is no class {max(target_class_ids)} among {num_classes}: they are 0 to "
                f"{num_classes - 1}."
            )
        self.target_class_ids = list(target_class_ids)

    def result(self) -> Any:
        """Return the mean over the classes that occur."""
        matrix = ops.cast(self.total_cm, "float32")
        hits = ops.diagonal(matrix)
        union = ops.subtract(ops.add(ops.sum(matrix, axis=0), ops.sum(matrix, axis=1)), hits)
        hits, union = (ops.take(x, self.target_class_ids, axis=0) for x in (hits, union))
        occurs = ops.cast(ops.greater(union, 1e-9), "float32")
        shares = ops.multiply(ops.divide(hits, ops.add(union, config.epsilon())), occurs)
        return ops.divide(ops.sum(shares), ops.add(ops.sum(occurs), config.epsilon()))


class BinaryIoU(IoU):
    """Intersection over union of two classes, decided by a threshold.

    Parameters
    ----------
    target_class_ids : tuple of int
        `(0,)`, `(1,)`, or the mean of both.
    threshold : float
        From it on, a prediction means 1.
    name : str, optional
    dtype : str, optional

    Examples
    --------
    >>> metric = BinaryIoU(target_class_ids=[0, 1], threshold=0.3)
    >>> metric.update_state([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7])
    >>> round(float(metric.result()), 4)
    0.3333
    """

    def __init__(
        self,
        target_class_ids: Sequence[int] = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch."""
        chosen = ops.greater_equal(to_dtype(y_pred, "float32"), self.threshold)
        super().update_state(y_true, ops.cast(chosen, "int32"), sample_weight)


class MeanIoU(IoU):
    """Intersection over union, its mean over all classes.

    Parameters
    ----------
    num_classes : int
    name : str, optional
    dtype : str, optional
    ignore_class : int, optional
        Targets of this class do not count.
    sparse_y_true, sparse_y_pred : bool
        Whether targets and predictions are numbers of classes; scores per class otherwise.
    axis : int
        Of the scores.

    Examples
    --------
    >>> metric = MeanIoU(num_classes=2)
    >>> metric.update_state([0, 0, 1, 1], [0, 1, 0, 1])
    >>> round(float(metric.result()), 4)
    0.3333
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        classes = range(num_classes)
        super().__init__(
            num_classes, classes, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis
        )


class OneHotIoU(IoU):
    """Intersection over union of one-hot targets and scores per class.

    Parameters
    ----------
    num_classes : int
    target_class_ids : list of int
        Classes that the mean is over.
    name : str, optional
    dtype : str, optional
    ignore_class : int, optional
        Targets of this class do not count.
    sparse_y_pred : bool
        Whether predictions are numbers of classes.
    axis : int
        Of the scores.

    Examples
    --------
    >>> metric = OneHotIoU(num_classes=2, target_class_ids=[0])
    >>> metric.update_state([[1, 0], [0, 1], [1, 0]], [[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]])
    >>> round(float(metric.result()), 4)
    0.3333
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis
        )


class OneHotMeanIoU(MeanIoU):
    """Intersection over union of one-hot targets and scores per class, its mean over all classes.

    Parameters
    ----------
    num_classes : int
    name : str, optional
    dtype : str, optional
    ignore_class : int, optional
        Targets of this class do not count.
    sparse_y_pred : bool
        Whether predictions are numbers of classes.
    axis : int
        Of the scores.

    Examples
    --------
    >>> metric = OneHotMeanIoU(num_classes=2)
    >>> metric.update_state([[1, 0], [0, 1], [1, 0]], [[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]])
    >>> round(float(metric.result()), 4)
    0.1667
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)
