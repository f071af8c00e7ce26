"""Values per sample, weighted, masked and reduced to a number: what losses and metrics share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cornu_ops as ops
from cornu_engine import config
from cornu_engine.dtypes import canonical
from cornu_engine.errors import ShapeError
from cornu_engine.shapes import product
from cornu_ops.ranks import whole

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)


def check_reduction(reduction: str | None) -> str | None:
    """Return `reduction` if it is one of `REDUCTIONS`, else raise ValueError."""
    if reduction not in REDUCTIONS:
        raise ValueError(
            f"`reduction` must be one of {', '.join(map(repr, REDUCTIONS))}, not {reduction!r}."
        )
    return reduction


def squeeze_or_expand_to_same_rank(x1: Any, x2: Any, expand_rank_1: bool = True) -> tuple[Any, Any]:
    """Bring `(n,)` and `(n, 1)` to one rank, so that they do not broadcast to `(n, n)`.

    Where ranks differ by one and the longer shape ends in 1, the shorter array gains that axis if
    it is a vector (and `expand_rank_1`); otherwise the longer one loses it.

    Examples
    --------
    >>> import numpy as np
    >>> a, b = squeeze_or_expand_to_same_rank(np.ones(3), np.ones((3, 1)))
    >>> a.shape, b.shape
    ((3, 1), (3, 1))
    """
    if len(x1.shape) == len(x2.shape) + 1:
        x2, x1 = _match_rank(x2, x1, expand_rank_1)
    elif len(x2.shape) == len(x1.shape) + 1:
        x1, x2 = _match_rank(x1, x2, expand_rank_1)
    return x1, x2


def _match_rank(shorter: Any, longer: Any, expand_rank_1: bool) -> tuple[Any, Any]:
    if longer.shape[-1] != 1:
        return shorter, longer
    if len(shorter.shape) == 1 and expand_rank_1:
        return ops.expand_dims(shorter, axis=-1), longer
    return shorter, ops.squeeze(longer, axis=-1)


def match_weights(values: Any, weights: Any) -> tuple[Any, Any]:
    """Bring weights to the rank of what they weigh: their axes are its first ones.

    So a weight per sample `(batch,)` weighs all values of its sample `(batch, time)`, whatever the
    sizes. Of a number, one for the whole batch, each weight makes a value.

    Examples
    --------
    >>> import numpy as np
    >>> values, weights = match_weights(np.ones((3, 3)), np.ones(3))
    >>> weights.shape
    (3, 1)
    """
    values, weights = squeeze_or_expand_to_same_rank(values, weights)
    missing = len(values.shape) - len(weights.shape)
    if missing > 0:
        weights = ops.reshape(weights, (*weights.shape, *[1] * missing))
    if len(values.shape) > 0:
        _check_weights(tuple(weights.shape), tuple(values.shape))
    return values, weights


def _check_weights(weights: tuple[int, ...], values: tuple[int, ...]) -> None:
    if len(weights) == len(values) and all(
        w in (1, v) or v == 1 for w, v in zip(weights, values, strict=True)
    ):
        return
    raise ShapeError(
        f"sample_weight has shape {weights}, but the loss has values of shape {values}. Pass one "
        f"weight per sample, of shape {values[:1]}"
        + (f", or one per value, of shape {values}." if len(values) > 1 else ".")
    )


def apply_mask(sample_weight: Any, mask: Any, dtype: Any, reduction: str | None) -> Any:
    """Return the weights that a mask and sample weights come to together.

    Under a mean, masked-in positions weigh `total / valid`, so that dividing by the number of all
    positions gives the mean over the valid ones.
    """
    if mask is None:
        return sample_weight
    weight = ops.cast(mask, dtype)
    if reduction in ("mean", "sum_over_batch_size"):
        total = float(product(weight.shape))
        present = whole().total(ops.sum(weight))
        weight = ops.multiply(weight, ops.divide_no_nan(whole_size(total), present))
    if sample_weight is None:
        return weight
    sample_weight = to_dtype(sample_weight, dtype)
    if len(sample_weight.shape) > len(weight.shape):
        sample_weight, weight = match_weights(sample_weight, weight)
    else:
        weight, sample_weight = match_weights(weight, sample_weight)
    return ops.multiply(sample_weight, weight)


def whole_size(amount: Any) -> Any:
    """Return an amount of this process' rows as one of the whole batch, were all rows alike."""
    scale = whole().scale
    if isinstance(scale, float):  # of a process that is alone
        return amount
    return ops.multiply(amount, ops.cast(scale, getattr(amount, "dtype", config.floatx())))


def reduce_weighted_values(
    values: Any,
    sample_weight: Any = None,
    mask: Any = None,
    reduction: str | None = "sum_over_batch_size",
    dtype: Any = None,
) -> Any:
    """Return the values weighted, masked and reduced as `Loss` says."""
    values = to_dtype(values, dtype or config.floatx())
    sample_weight = apply_mask(sample_weight, mask, values.dtype, reduction)
    if sample_weight is not None:
        sample_weight = to_dtype(sample_weight, values.dtype)
        values, sample_weight = match_weights(values, sample_weight)
        values = ops.multiply(values, sample_weight)
    if reduction in (None, "none") or tuple(values.shape) in ((), (0,)):
        return values
    total = ops.sum(values)
    if reduction == "sum":
        return whole().summed(total)
    if reduction == "mean_with_sample_weight" and sample_weight is not None:
        return ops.divide_no_nan(whole_size(total), whole().total(ops.sum(sample_weight)))
    return ops.divide(total, float(max(product(values.shape), 1)))


def to_dtype(value: Any, dtype: Any) -> Any:
    """Return `value` as an array (or traced value) of `dtype`."""
    return ops.cast(ops.convert_to_tensor(value), dtype)


def dtype_name(dtype: Any) -> str:
    """Return the name of a dtype or of what a dtype policy computes in; `floatx` for None."""
    dtype = getattr(dtype, "compute_dtype", dtype)  # a dtype policy stands for what it computes in
    return canonical(dtype).name


def samplewise(
    values: Any, mask: Any, sample_weight: Any, reduce: Callable[..., Any], dtype: Any
) -> tuple[Any, Any]:
    """Return one weighted value and one weight per sample.

    Parameters
    ----------
    values : array (batch, …)
    mask : array or None
        Which of them count.
    sample_weight : array (batch,) or (batch, …) or None
    reduce : callable
        `ops.mean` or `ops.sum`, over all axes but the first.
    dtype : str
    """
    values = to_dtype(values, dtype)
    if sample_weight is None and reduce is ops.mean and not values.shape and whole().size > 1:
        # a mean over this process' rows: it counts once for the batch, not once for each process
        return whole().part(values), whole().part(to_dtype(1.0, dtype))
    if sample_weight is not None:
        weight = apply_mask(to_dtype(sample_weight, dtype), mask, dtype, "sum")
        values, weight = squeeze_or_expand_to_same_rank(values, weight)
        rank = len(weight.shape)
        if len(values.shape) > rank:
            values = reduce(values, axis=tuple(range(rank, len(values.shape))))
        values, weight = match_weights(values, weight)
        values = ops.multiply(values, weight)
        weight = ops.broadcast_to(weight, values.shape)
        sample_weight = reduce(weight, axis=tuple(range(1, rank))) if rank > 1 else weight
    if len(values.shape) > 1:
        values = reduce(values, axis=tuple(range(1, len(values.shape))))
    return values, sample_weight
