"""Areas under curves of decisions over thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu.base.metric import Metric
from cornu_engine import config
from cornu_engine.errors import ShapeError
from cornu_optim.metrics.confusion import Counting, Counts, add_counts, confusion_counts

CURVES = ("ROC", "PR", "PRGAIN")
SUMMATIONS = ("interpolation", "minoring", "majoring")


class AUC(Counting, Metric):
    r"""The area under the ROC curve, or under that of precision over recall.

    Decisions are counted at `num_thresholds` thresholds, and the area is a Riemann sum over them.
    With `curve="PR"` and `"interpolation"`, true positives, and not precision, are interpolated
    between thresholds.

    Parameters
    ----------
    num_thresholds : int
        More than 1; more are more exact.
    curve : str
        `"ROC"`, `"PR"` or `"PRGAIN"`.
    summation_method : str
        `"interpolation"` (the mid of the two ends), `"minoring"` (the lower) or `"majoring"` (the
        higher).
    name : str, optional
    dtype : str, optional
    thresholds : list of float, optional
        In [0, 1], instead of evenly spaced ones; 0 and 1 are added.
    multi_label : bool
        Whether each label, the last axis, has its own area, and the result is their mean.
    num_labels : int, optional
        Number of labels; taken from the first batch otherwise.
    label_weights : list of float, optional
        Weights of labels: of their areas if `multi_label`, else of their decisions.
    from_logits : bool
        Whether predictions have not been through a sigmoid.

    Raises
    ------
    ValueError
        For arguments out of range.

    References
    ----------
    Davis and Goadrich, *The relationship between precision-recall and ROC curves*, 2006 (the
    interpolation); Flach and Kull, *Precision-recall-gain curves*, 2015.

    Examples
    --------
    >>> metric = AUC(num_thresholds=3)
    >>> metric.update_state([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])
    >>> float(metric.result())
    0.75
    """

    _direction = "up"

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Sequence[float] | np.ndarray | None = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Sequence[float] | np.ndarray | None = None,
        from_logits: bool = False,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.curve = _one_of("curve", str(curve).upper(), CURVES)
        self.summation_method = _one_of(
            "summation_method", str(summation_method).lower(), SUMMATIONS
        )
        self._given_thresholds = thresholds
        if thresholds is None:
            if num_thresholds <= 1:
                raise ValueError(f"`num_thresholds` must be more than 1, not {num_thresholds}.")
            inner = [i / (num_thresholds - 1) for i in range(1, num_thresholds - 1)]
        else:
            inner = sorted(float(t) for t in thresholds)
            if inner and not 0 <= inner[0] <= inner[-1] <= 1:
                raise ValueError(f"Thresholds must lie in [0, 1], not {list(thresholds)}.")
        if num_labels and not multi_label:
            raise ValueError("`num_labels` has a meaning with multi_label=True only.")
        self.num_thresholds = len(inner) + 2
        # just outside of [0, 1], so that the ends of the curve are reached
        self._thresholds = [-config.epsilon(), *inner, 1.0 + config.epsilon()]
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = (
            None if label_weights is None else np.asarray(label_weights, self.dtype)
        )
        self.from_logits = from_logits
        self._built = False
        if num_labels or not multi_label:
            self._build()

    @property
    def thresholds(self) -> list[float]:
        """All thresholds, with those just below 0 and just above 1."""
        return list(self._thresholds)

    def _build(self) -> None:
        labels = (self.num_labels or 0,) if self.multi_label else ()
        shape = (self.num_thresholds, *labels)
        self._counts = Counts(
            *(self.add_variable(shape, "zeros", name=name) for name in Counts._fields)
        )
        vars(self).update(self._counts._asdict())
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch."""
        y_pred = ops.convert_to_tensor(y_pred)
        if not self._built:
            if len(y_pred.shape) != 2:
                raise ShapeError(
                    "AUC(multi_label=True) takes predictions of shape (batch, labels), not "
                    f"{tuple(y_pred.shape)}."
                )
            self.num_labels = y_pred.shape[1]
            self._build()
        counts = confusion_counts(
            y_true,
            ops.sigmoid(y_pred) if self.from_logits else y_pred,
            self._thresholds,
            sample_weight,
            multi_label=self.multi_label,
            label_weights=None if self.multi_label else self.label_weights,
            of="AUC",
        )
        add_counts(self._counts._asdict(), counts)

    def result(self) -> Any:
        """Return the area."""
        if not self._built:
            return ops.zeros((), dtype=self.dtype)
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self._over_labels(self._interpolated())
        x, y = self._points()
        left, right = y[:-1], y[1:]
        heights = {
            "interpolation": lambda: ops.divide(ops.add(left, right), 2.0),
            "minoring": lambda: ops.minimum(left, right),
            "majoring": lambda: ops.maximum(left, right),
        }[self.summation_method]()
        return self._over_labels(ops.multiply(ops.subtract(x[:-1], x[1:]), heights))

    def _points(self) -> tuple[Any, Any]:
        tp, fp, tn, fn = (v.value for v in self._counts)
        recall = ops.divide_no_nan(tp, ops.add(tp, fn))
        if self.curve == "ROC":
            return ops.divide_no_nan(fp, ops.add(fp, tn)), recall
        if self.curve == "PR":
            return recall, ops.divide_no_nan(tp, ops.add(tp, fp))
        scale = ops.divide_no_nan(ops.add(tp, fn), ops.add(tn, fp))
        gains = (
            ops.subtract(1.0, ops.multiply(scale, ops.divide_no_nan(wrong, tp)))
            for wrong in (fn, fp)
        )
        recall_gain, precision_gain = gains
        none = ops.equal(tp, 0.0)
        recall_gain = ops.where(none, ops.zeros_like(tp), recall_gain)
        precision_gain = ops.where(none, ops.ones_like(tp), precision_gain)
        return ops.maximum(recall_gain, 0.0), precision_gain

    def _interpolated(self) -> Any:
        """Return areas between thresholds: precision is (intercept + slope * p) / p there."""
        tp, fn = self._counts.true_positives.value, self._counts.false_negatives.value
        p = ops.add(tp, self._counts.false_positives)
        gained, taken = ops.subtract(tp[:-1], tp[1:]), ops.subtract(p[:-1], p[1:])
        slope = ops.divide_no_nan(gained, ops.maximum(taken, 0.0))
        intercept = ops.subtract(tp[1:], ops.multiply(slope, p[1:]))
        both = ops.logical_and(ops.greater(p[:-1], 0), ops.greater(p[1:], 0))
        ratio = ops.divide_no_nan(p[:-1], ops.maximum(p[1:], 0.0))
        ratio = ops.where(both, ratio, ops.ones_like(ratio))
        area = ops.multiply(slope, ops.add(gained, ops.multiply(intercept, ops.log(ratio))))
        return ops.divide_no_nan(area, ops.maximum(ops.add(tp[1:], fn[1:]), 0.0))

    def _over_labels(self, terms: Any) -> Any:
        areas = ops.sum(terms, axis=0)
        if not self.multi_label:
            return areas
        if self.label_weights is None:
            return ops.mean(areas)
        weighted = ops.sum(ops.multiply(areas, self.label_weights))
        return ops.divide_no_nan(weighted, ops.sum(self.label_weights))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal metric."""
        given = self._given_thresholds
        inner = None if given is None else self.thresholds[1:-1]
        return {**super().get_config(), "thresholds": inner}


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ValueError(f"`{name}` must be one of {', '.join(allowed)}, not {value!r}.")
    return value
