"""F-scores."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops
from cornu.base.metric import Metric
from cornu_engine import config
from cornu_engine.errors import ShapeError
from cornu_engine.variable import Variable
from cornu_ops.weighted import to_dtype

_AVERAGES = (None, "micro", "macro", "weighted")


class FBetaScore(Metric):
    r"""The weighted harmonic mean of precision and recall.

    With precision $p$ and recall $r$:
    $F_\beta = (1 + \beta^2) \frac{p r}{\beta^2 p + r}$.

    Parameters
    ----------
    average : str or None
        `None` for one score per class, `"micro"` over all decisions, `"macro"` for the mean of
        classes, `"weighted"` by how often each occurs.
    beta : float
        How much more recall weighs than precision.
    threshold : float, optional
        Above it, a prediction is positive; if None, the most probable class is.
    name : str
    dtype : str, optional

    Raises
    ------
    ValueError
        For arguments out of range, or targets that are not (batch, classes).

    Examples
    --------
    >>> metric = FBetaScore(beta=2.0, threshold=0.5)
    >>> y_true = [[1, 1, 1], [1, 0, 0], [1, 1, 0]]
    >>> y_pred = [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]]
    >>> metric.update_state(y_true, y_pred)
    >>> metric.result().round(4)
    array([0.3846, 0.9091, 0.8333], dtype=float32)
    """

    _direction = "up"

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str = "fbeta_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if average not in _AVERAGES:
            raise ValueError(f"`average` must be one of {_AVERAGES}, not {average!r}.")
        if not isinstance(beta, float) or beta <= 0.0:
            raise ValueError(f"`beta` must be a positive float, not {beta!r}.")
        if threshold is not None and not (isinstance(threshold, float) and 0.0 < threshold <= 1.0):
            raise ValueError(f"`threshold` must be a float in (0, 1], not {threshold!r}.")
        self.average = average
        self.beta = beta
        self.threshold = threshold
        self._built = False

    def _build(self, classes: int) -> None:
        shape = () if self.average == "micro" else (classes,)

        def counter(name: str) -> Variable:
            return self.add_variable(shape, "zeros", self.dtype, name=name)

        self.true_positives = counter("true_positives")
        self.false_positives = counter("false_positives")
        self.false_negatives = counter("false_negatives")
        self.intermediate_weights = counter("intermediate_weights")
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch of shape (batch, classes)."""
        y_true, y_pred = to_dtype(y_true, self.dtype), to_dtype(y_pred, self.dtype)
        if len(y_pred.shape) != 2 or len(y_true.shape) != 2:
            raise ShapeError(
                f"{type(self).__name__} takes targets and predictions of shape (batch, classes), "
                f"not {tuple(y_true.shape)} and {tuple(y_pred.shape)}."
            )
        if not self._built:
            self._build(y_pred.shape[-1])
        chosen = ops.cast(self._chosen(y_pred), self.dtype)
        not_chosen = ops.subtract(1.0, chosen)
        counts = {
            self.true_positives: ops.multiply(chosen, y_true),
            self.false_positives: ops.multiply(chosen, ops.subtract(1.0, y_true)),
            self.false_negatives: ops.multiply(not_chosen, y_true),
            self.intermediate_weights: y_true,
        }
        weight = None
        if sample_weight is not None:
            weight = ops.expand_dims(to_dtype(sample_weight, self.dtype), 1)
        axis = None if self.average == "micro" else 0
        for variable, values in counts.items():
            values = values if weight is None else ops.multiply(values, weight)
            variable.assign_add(ops.sum(values, axis=axis))

    def _chosen(self, y_pred: Any) -> Any:
        if self.threshold is not None:
            return ops.greater(y_pred, self.threshold)
        best = ops.max(y_pred, axis=-1, keepdims=True)
        certain = ops.greater(ops.abs(y_pred), 1e-9)  # all zeros choose nothing
        return ops.logical_and(ops.greater_equal(y_pred, best), certain)

    def result(self) -> Any:
        """Return the score."""
        if not self._built:
            return to_dtype(0.0, self.dtype)
        epsilon, square = config.epsilon(), self.beta**2
        hits = self.true_positives.value
        chosen = ops.add(ops.add(hits, self.false_positives), epsilon)
        wanted = ops.add(ops.add(hits, self.false_negatives), epsilon)
        precision, recall = ops.divide(hits, chosen), ops.divide(hits, wanted)
        total = ops.add(ops.add(ops.multiply(square, precision), recall), epsilon)
        score = ops.multiply(ops.divide(ops.multiply(precision, recall), total), 1.0 + square)
        if self.average == "weighted":
            weights = self.intermediate_weights.value
            weights = ops.divide(weights, ops.add(ops.sum(weights), epsilon))
            return ops.sum(ops.multiply(score, weights))
        return score if self.average is None else ops.mean(score)


class F1Score(FBetaScore):
    r"""The harmonic mean of precision and recall.

    Parameters
    ----------
    average : str or None
        As in `FBetaScore`.
    threshold : float, optional
        As in `FBetaScore`.
    name : str
    dtype : str, optional

    Examples
    --------
    >>> metric = F1Score(threshold=0.5)
    >>> y_true = [[1, 1, 1], [1, 0, 0], [1, 1, 0]]
    >>> y_pred = [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]]
    >>> metric.update_state(y_true, y_pred)
    >>> metric.result().round(4)
    array([0.5   , 0.8   , 0.6667], dtype=float32)
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str = "f1_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)
