"""Totals over axes, and what is found along them."""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_keras.compat.tensorflow.kinds import as_dtype


def _index_type(x: Any, dtype: Any) -> Any:
    return ops.cast(x, str(dtype))


def _segment(name: str, sorted_ids: bool) -> Any:
    function = getattr(ops, name)
    if sorted_ids:
        return lambda data, segment_ids: function(data, segment_ids, sorted=True)
    return lambda data, segment_ids, num_segments: function(data, segment_ids, num_segments)


def _segment_mean(data: Any, segment_ids: Any, num_segments: int) -> Any:
    total = ops.segment_sum(data, segment_ids, num_segments)
    count = ops.segment_sum(ops.ones_like(data), segment_ids, num_segments)
    return ops.divide(total, ops.maximum(count, 1))


def _mean(input_tensor: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Return the mean; of whole numbers towards zero."""
    x = ops.convert_to_tensor(input_tensor)
    mean = ops.mean(x, axis, keepdims)
    return ops.cast(ops.trunc(mean), str(x.dtype)) if as_dtype(x.dtype).is_integer else mean


def _polynomial(coeffs: Any, x: Any) -> Any:
    total = ops.zeros_like(x)
    for coefficient in coeffs:
        total = ops.add(ops.multiply(total, x), coefficient)
    return total


def _sorted_segment_mean(data: Any, segment_ids: Any) -> Any:
    count = ops.segment_sum(ops.ones_like(data), segment_ids, sorted=True)
    return ops.divide_no_nan(ops.segment_sum(data, segment_ids, sorted=True), count)


def _counted(
    arr: Any, weights: Any = None, minlength: int = 0, maxlength: Any = None, dtype: Any = "int32"
) -> Any:
    weight = None if weights is None else np.asarray(ops.convert_to_tensor(weights)).reshape(-1)
    counts = np.bincount(np.asarray(arr).reshape(-1), weight, int(minlength or 0))
    return counts[:maxlength].astype(str(as_dtype(dtype if weight is None else weight.dtype)))


def _confusion(
    labels: Any, predictions: Any, num_classes: int | None = None, weights: Any = None,
    dtype: Any = "int32",
) -> Any:  # fmt: skip
    labels, predictions = np.asarray(labels), np.asarray(predictions)
    count = num_classes or int(max(labels.max(), predictions.max())) + 1
    table = np.zeros((count, count), str(as_dtype(dtype)))
    amount = 1 if weights is None else np.asarray(weights)
    np.add.at(table, (labels.astype(int), predictions.astype(int)), amount)
    return table


ROWS = {
    "math.segment_mean": _sorted_segment_mean,
    "math.polyval": _polynomial,
    "reduce_sum math.reduce_sum": lambda input_tensor, axis=None, keepdims=False: ops.sum(
        input_tensor, axis, keepdims
    ),
    "reduce_mean math.reduce_mean": _mean,
    "reduce_max math.reduce_max": lambda input_tensor, axis=None, keepdims=False: ops.max(
        input_tensor, axis, keepdims
    ),
    "reduce_min math.reduce_min": lambda input_tensor, axis=None, keepdims=False: ops.min(
        input_tensor, axis, keepdims
    ),
    "reduce_prod math.reduce_prod": lambda input_tensor, axis=None, keepdims=False: ops.prod(
        input_tensor, axis, keepdims
    ),
    "reduce_all math.reduce_all": lambda input_tensor, axis=None, keepdims=False: ops.all(
        input_tensor, axis, keepdims
    ),
    "reduce_any math.reduce_any": lambda input_tensor, axis=None, keepdims=False: ops.any(
        input_tensor, axis, keepdims
    ),
    "reduce_logsumexp math.reduce_logsumexp": (
        lambda input_tensor, axis=None, keepdims=False: ops.logsumexp(input_tensor, axis, keepdims)
    ),
    "math.reduce_std": lambda input_tensor, axis=None, keepdims=False: ops.std(
        input_tensor, axis, keepdims
    ),
    "math.reduce_variance": lambda input_tensor, axis=None, keepdims=False: ops.var(
        input_tensor, axis, keepdims
    ),
    "math.reduce_euclidean_norm": lambda input_tensor, axis=None, keepdims=False: ops.sqrt(
        ops.sum(ops.square(input_tensor), axis, keepdims)
    ),
    "math.count_nonzero": lambda input, axis=None, keepdims=False, dtype="int64": _index_type(
        ops.sum(ops.cast(ops.not_equal(input, 0), "int32"), axis, keepdims), dtype
    ),
    "argmax math.argmax": lambda input, axis=0, output_type="int64": _index_type(
        ops.argmax(input, axis), output_type
    ),
    "argmin math.argmin": lambda input, axis=0, output_type="int64": _index_type(
        ops.argmin(input, axis), output_type
    ),
    "argsort": lambda values, axis=-1, direction="ASCENDING", stable=False: ops.argsort(
        values if direction == "ASCENDING" else ops.negative(values), axis
    ),
    "sort": lambda values, axis=-1, direction="ASCENDING": (
        ops.sort(values, axis)
        if direction == "ASCENDING"
        else ops.flip(ops.sort(values, axis), axis)
    ),
    "cumsum math.cumsum": lambda x, axis=0, exclusive=False, reverse=False: _running(
        ops.cumsum, x, axis, exclusive, reverse
    ),
    "math.cumprod": lambda x, axis=0, exclusive=False, reverse=False: _running(
        ops.cumprod, x, axis, exclusive, reverse
    ),
    "math.top_k nn.top_k": lambda input, k=1, sorted=True: ops.top_k(input, k, sorted),
    "math.in_top_k nn.in_top_k": lambda targets, predictions, k: ops.in_top_k(
        targets, predictions, k
    ),
    "math.bincount": _counted,
    "math.segment_sum": _segment("segment_sum", True),
    "math.segment_max": _segment("segment_max", True),
    "math.segment_min": _segment("segment_min", True),
    "math.segment_prod": _segment("segment_prod", True),
    "math.unsorted_segment_sum": _segment("segment_sum", False),
    "math.unsorted_segment_max": _segment("segment_max", False),
    "math.unsorted_segment_min": _segment("segment_min", False),
    "math.unsorted_segment_prod": _segment("segment_prod", False),
    "math.unsorted_segment_mean": _segment_mean,
    "math.confusion_matrix": _confusion,
    "histogram_fixed_width": lambda values, value_range, nbins=100: _histogram(
        values, value_range, nbins
    ),
}


def _running(function: Any, x: Any, axis: int, exclusive: bool, reverse: bool) -> Any:
    x = ops.flip(x, axis) if reverse else ops.convert_to_tensor(x)
    result = function(x, axis)
    if exclusive:
        axis = axis % len(x.shape)
        fill = 0 if function is ops.cumsum else 1
        sides = [(1, 0) if i == axis else (0, 0) for i in range(len(x.shape))]
        keep = tuple(slice(0, -1) if i == axis else slice(None) for i in range(len(x.shape)))
        result = ops.pad(result, sides, constant_values=fill)[keep]
    return ops.flip(result, axis) if reverse else result


def _histogram(values: Any, value_range: Any, nbins: int) -> Any:
    low, high = (float(v) for v in value_range)
    at = np.floor((np.asarray(values, float) - low) / (high - low) * nbins)
    return np.bincount(np.clip(at, 0, nbins - 1).astype(int).ravel(), minlength=nbins).astype("i4")
