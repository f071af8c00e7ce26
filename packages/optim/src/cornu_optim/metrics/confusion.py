"""Counting true and false positives and negatives at thresholds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

import cornu_ops as ops
from cornu_engine import config
from cornu_engine.errors import ShapeError
from cornu_engine.variable import Variable
from cornu_ops.weighted import match_weights, squeeze_or_expand_to_same_rank

NEVER = -1e10  # a score below every threshold


class Counts(NamedTuple):
    """Weighted counts per threshold (per threshold and label for multi-label data)."""

    true_positives: Any
    false_positives: Any
    true_negatives: Any
    false_negatives: Any


class Counting:
    """Mixin of metrics that keep `Counts` as variables, each under its name."""

    true_positives: Variable
    false_positives: Variable
    true_negatives: Variable
    false_negatives: Variable


def parse_thresholds(thresholds: Any, default: float = 0.5) -> list[float]:
    """Return thresholds as a list.

    Raises
    ------
    ValueError
        If one lies outside of [0, 1].

    Examples
    --------
    >>> parse_thresholds(None), parse_thresholds(0.25), parse_thresholds([0.0, 1.0])
    ([0.5], [0.25], [0.0, 1.0])
    """
    if thresholds is None:
        return [default]
    listed = list(thresholds) if isinstance(thresholds, (list, tuple, np.ndarray)) else [thresholds]
    wrong = [t for t in listed if t is None or not 0 <= t <= 1]
    if wrong:
        raise ValueError(f"Thresholds must lie in [0, 1], not {wrong}.")
    return [float(t) for t in listed]


def check_top_k(k: int | None) -> int | None:
    """Return how many of the largest scores count, if that is at least one.

    Examples
    --------
    >>> check_top_k(0)
    Traceback (most recent call last):
    ValueError: Of 0 scores none can be right: k must be at least 1.
    """
    if k is not None and k < 1:
        raise ValueError(f"Of {k} scores none can be right: k must be at least 1.")
    return k


def evenly_spaced(thresholds: Sequence[float]) -> bool:
    """Tell whether thresholds are 0, 1/n, 2/n, …, 1: each prediction falls into one bucket.

    Examples
    --------
    >>> evenly_spaced([0.0, 0.5, 1.0]), evenly_spaced([0.0, 0.25, 1.0])
    (True, False)
    """
    n = len(thresholds)
    return n > 2 and np.allclose(thresholds, np.arange(n) / (n - 1), atol=config.epsilon())


def confusion_counts(
    y_true: Any,
    y_pred: Any,
    thresholds: Sequence[float],
    sample_weight: Any = None,
    *,
    top_k: int | None = None,
    class_id: int | None = None,
    multi_label: bool = False,
    label_weights: Any = None,
    of: str = "The metric",
) -> Counts:
    """Count decisions at each threshold; a prediction above it is positive.

    Parameters
    ----------
    y_true, y_pred : array (batch, …)
        Targets (0 is negative, all else positive) and scores.
    thresholds : sequence of float
    sample_weight : array, optional
        Of the batch, or of the shape of the targets.
    top_k : int, optional
        Only the `k` largest scores of a sample can be positive.
    class_id : int, optional
        Count one class alone.
    multi_label : bool
        Whether to count each label, the last axis, apart.
    label_weights : array (labels,), optional
        Weights of labels that are counted together.
    of : str
        The metric, in errors.

    Raises
    ------
    ShapeError
        Where there is not a target for each score.
    """
    dtype = config.floatx()
    y_true, y_pred = ops.cast(y_true, dtype), ops.cast(y_pred, dtype)
    y_pred, y_true = squeeze_or_expand_to_same_rank(y_pred, y_true)
    _check_shapes(tuple(y_true.shape), tuple(y_pred.shape), of)
    if sample_weight is not None:
        _, sample_weight = match_weights(y_true, ops.cast(sample_weight, dtype))
    if top_k is not None:
        y_pred = _only_top_k(y_pred, top_k)
    if class_id is not None:
        if len(y_pred.shape) == 1:
            raise ValueError(
                f"class_id={class_id} needs predictions of shape (batch, classes), not "
                f"{tuple(y_pred.shape)}."
            )
        y_true, y_pred = (y[..., class_id : class_id + 1] for y in (y_true, y_pred))
    positive = ops.cast(ops.not_equal(y_true, 0), dtype)
    negative = ops.subtract(1.0, positive)
    for weight in (
        sample_weight,
        None if label_weights is None else ops.cast(label_weights, dtype),
    ):
        if weight is not None:
            positive, negative = ops.multiply(positive, weight), ops.multiply(negative, weight)
    labels = y_pred.shape[-1] if multi_label else 1
    positive, negative, y_pred = (
        ops.reshape(x, (-1, labels)) for x in (positive, negative, y_pred)
    )
    count = _count_in_buckets if evenly_spaced(thresholds) else _count_each
    hits, alarms = count(positive, negative, y_pred, thresholds)
    misses = ops.subtract(ops.sum(positive, axis=0), hits)
    rejections = ops.subtract(ops.sum(negative, axis=0), alarms)
    counts = (hits, alarms, rejections, misses)
    return Counts(*(x if multi_label else ops.squeeze(x, axis=-1) for x in counts))


def _check_shapes(targets: tuple, scores: tuple, of: str) -> None:
    if None in (*targets, *scores) or math.prod(targets) == math.prod(scores):
        return
    raise ShapeError(
        f"{of} takes a target of 0 or 1 for each score, but y_true has shape {targets} and y_pred "
        f"{scores}. For class numbers take metrics=['accuracy'], or one-hot targets: "
        f"y = to_categorical(y, {scores[-1]}); for yes or no let the last layer have one unit."
    )


def _only_top_k(scores: Any, k: int) -> Any:
    _, best = ops.top_k(scores, k)
    chosen = ops.sum(ops.one_hot(best, scores.shape[-1], dtype=scores.dtype), axis=-2)
    return ops.where(ops.greater(chosen, 0), scores, ops.full_like(scores, NEVER))


def _count_each(
    positive: Any, negative: Any, scores: Any, thresholds: Sequence[float]
) -> tuple[Any, Any]:
    """Return weights of positives and negatives above each threshold, (thresholds, labels)."""
    limits = np.reshape(np.asarray(thresholds, scores.dtype), (-1, 1, 1))
    above = ops.cast(ops.greater(ops.expand_dims(scores, 0), limits), scores.dtype)
    hits, alarms = (ops.sum(ops.multiply(above, x), axis=1) for x in (positive, negative))
    return hits, alarms


def _count_in_buckets(
    positive: Any, negative: Any, scores: Any, thresholds: Sequence[float]
) -> tuple[Any, Any]:
    """As `_count_each` for evenly spaced thresholds, looking at each score once."""
    n, labels = len(thresholds), scores.shape[-1]
    # a score in (i / (n - 1), (i + 1) / (n - 1)] lies above thresholds 0 … i; bucket 0 is for none
    bucket = ops.ceil(ops.multiply(ops.clip(scores, 0.0, 1.0), float(n - 1)))
    if thresholds[0] < 0.0:
        bucket = ops.maximum(bucket, 1.0)
    index = ops.add(
        ops.multiply(ops.cast(bucket, "int32"), labels), np.arange(labels, dtype="int32")
    )
    index = ops.reshape(index, (-1,))

    def above(weights: Any) -> Any:
        sums = ops.segment_sum(ops.reshape(weights, (-1,)), index, num_segments=(n + 1) * labels)
        sums = ops.reshape(sums, (n + 1, labels))[1:]
        return ops.flip(ops.cumsum(ops.flip(sums, axis=0), axis=0), axis=0)

    return above(positive), above(negative)


def add_counts(variables: Mapping[str, Variable], counts: Counts) -> None:
    """Add counts to the variables that hold them, by name."""
    for name, variable in variables.items():
        variable.assign_add(getattr(counts, name))
