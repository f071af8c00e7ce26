"""`keras.utils.losses_utils`: how the losses of samples become one."""

from __future__ import annotations

from typing import Any, ClassVar

import cornu_ops as ops
from cornu_engine import config

__all__ = [
    "Reduction",
    "broadcast_weights",
    "compute_weighted_loss",
    "reduce_weighted_loss",
    "squeeze_or_expand_dimensions",
]


class Reduction:
    """Names of reductions.

    Examples
    --------
    >>> Reduction.all()
    ('none', 'sum', 'sum_over_batch_size')
    """

    NONE: ClassVar[str] = "none"
    SUM: ClassVar[str] = "sum"
    SUM_OVER_BATCH_SIZE: ClassVar[str] = "sum_over_batch_size"

    @classmethod
    def all(cls) -> tuple[str, ...]:
        """Return all of them."""
        return cls.NONE, cls.SUM, cls.SUM_OVER_BATCH_SIZE

    @classmethod
    def validate(cls, key: str) -> None:
        """Raise ValueError for what is none."""
        if key not in cls.all():
            raise ValueError(f"Invalid Reduction Key {key}.")


def squeeze_or_expand_dimensions(
    y_pred: Any, y_true: Any = None, sample_weight: Any = None
) -> tuple[Any, ...]:
    """Return predictions, targets and weights of one number of axes, where a last axis of length 1
    makes the difference.
    """
    y_pred = ops.convert_to_tensor(y_pred)
    if y_true is not None:
        y_true = ops.convert_to_tensor(y_true)
        more = len(y_pred.shape) - len(y_true.shape)
        if more == 1 and y_pred.shape[-1] == 1:
            y_pred = ops.squeeze(y_pred, -1)
        elif more == -1 and y_true.shape[-1] == 1:
            y_true = ops.squeeze(y_true, -1)
    if sample_weight is None:
        return y_pred, y_true
    sample_weight = ops.convert_to_tensor(sample_weight)
    axes, axes_of_weights = len(y_pred.shape), len(sample_weight.shape)
    if axes_of_weights and axes_of_weights - axes == 1:
        if axes:
            sample_weight = ops.squeeze(sample_weight, -1)
        else:
            y_pred = ops.expand_dims(y_pred, -1)
    elif axes_of_weights and axes - axes_of_weights == 1:
        sample_weight = ops.expand_dims(sample_weight, -1)
    return y_pred, y_true, sample_weight


def reduce_weighted_loss(weighted_losses: Any, reduction: str = "sum_over_batch_size") -> Any:
    """Return the losses as they are, their sum, or their mean.

    Examples
    --------
    >>> float(reduce_weighted_loss([1.0, 3.0]))
    2.0
    """
    if reduction == Reduction.NONE:
        return weighted_losses
    return (ops.sum if reduction == Reduction.SUM else ops.mean)(weighted_losses)


def broadcast_weights(values: Any, sample_weight: Any) -> Any:
    """Return weights in the shape of the values, repeated along the axes that they lack.

    Raises
    ------
    ValueError
        Where the shapes do not fit.
    """
    shape, own = tuple(values.shape), tuple(sample_weight.shape)
    fits = len(own) <= len(shape) and all(
        a == b or b == 1 or None in (a, b) for a, b in zip(shape, own, strict=False)
    )
    if not fits:
        raise ValueError(f"Incompatible shapes: `values` {shape} vs `sample_weight` {own}")
    sample_weight = ops.reshape(sample_weight, (*own, *(1,) * (len(shape) - len(own))))
    return ops.broadcast_to(sample_weight, shape)


def compute_weighted_loss(
    losses: Any,
    sample_weight: Any = None,
    reduction: str = "sum_over_batch_size",
    name: str | None = None,
) -> Any:
    """Return losses times their weights, reduced.

    Examples
    --------
    >>> float(compute_weighted_loss([1.0, 3.0], [1.0, 0.0]))
    0.5
    """
    Reduction.validate(reduction)
    losses = ops.convert_to_tensor(losses)
    dtype = losses.dtype
    losses = ops.cast(losses, config.floatx())
    weights = ops.cast(1.0 if sample_weight is None else sample_weight, config.floatx())
    losses, _, weights = squeeze_or_expand_dimensions(losses, None, weights)
    total = reduce_weighted_loss(losses * broadcast_weights(losses, weights), reduction)
    return ops.cast(total, dtype)
