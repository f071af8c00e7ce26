"""What layers do at random: dropping elements, reordering rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu_engine.primitives.table import p
from cornu_engine.shapes import normalize_axis
from cornu_engine.trace import op
from cornu_ops.composites.dropout import dropout as whole_dropout
from cornu_ops.random.seed import random_words
from cornu_ops.values import Tensor, TensorLike, floating, value


@op
def dropout(
    inputs: TensorLike,
    rate: float,
    noise_shape: Sequence[int | None] | None = None,
    seed: Any = None,
) -> Tensor:
    """Elements set to 0 with probability `rate`, the others divided by `1 - rate`.

    Parameters
    ----------
    inputs
        Tensor of any shape.
    rate
        Between 0 and 1.
    noise_shape
        Shape of the random choice, broadcast to that of `inputs`: an axis of size 1 is kept or
        dropped as a whole, `None` is the size of `inputs`.
    seed
        Whole number, `SeedGenerator`, or `None` for the global generator.

    Examples
    --------
    >>> sorted(set(cornu.random.dropout(np.ones(100, "float32"), 0.5, seed=0).tolist()))
    [0.0, 2.0]
    """
    x = floating(inputs)
    rate = float(rate)
    if not 0.0 <= rate <= 1.0:
        raise ValueError(f"rate must lie between 0 and 1, got {rate}.")
    if rate == 0.0:
        return x
    shape = (
        tuple(x.shape)
        if noise_shape is None
        else tuple(
            n if given is None else int(given)
            for n, given in zip(x.shape, noise_shape, strict=True)
        )
    )
    return whole_dropout(x, random_words(shape, seed), rate=rate)


@op
def shuffle(x: TensorLike, axis: int = 0, seed: Any = None) -> Tensor:
    """The slices along an axis in random order.

    Parameters
    ----------
    x
        Tensor with at least one axis.
    axis
        The axis to reorder.
    seed
        As for `dropout`.

    Examples
    --------
    >>> sorted(cornu.random.shuffle([1, 2, 3], seed=0).tolist())
    [1, 2, 3]
    """
    x = value(x)
    axis = normalize_axis(axis, x.ndim)
    order = p.argsort(random_words((x.shape[axis],), seed), axis=0)
    return p.gather(x, order, axis=axis)
