"""Scaled dot-product attention."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu_engine.dtypes import float_limits
from cornu_engine.errors import ShapeError
from cornu_engine.primitives.table import p
from cornu_engine.trace import op
from cornu_ops.composites.softmax import softmax as _softmax
from cornu_ops.movement import permuted
from cornu_ops.values import Tensor, TensorLike, cast_value, promote_floating, value, wide

_HEADS_FIRST = (0, 2, 1, 3)


def _grouped(x: Tensor, heads: int) -> Tensor:
    """Key or value heads repeated until there is one for each query head."""
    batch, length, own, size = x.shape
    if own == heads:
        return x
    if heads % own:
        raise ShapeError(
            f"dot_product_attention: {heads} query heads are no multiple of {own} key heads."
        )
    taller = p.reshape(x, shape=(batch, length, own, 1, size))
    spread = p.expand(taller, shape=(batch, length, own, heads // own, size))
    return p.reshape(spread, shape=(batch, length, heads, size))


@op
def dot_product_attention(
    query: TensorLike,
    key: TensorLike,
    value: TensorLike,
    bias: TensorLike = None,
    mask: TensorLike = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> Tensor:
    """`softmax(query @ key * scale + bias) @ value` for each head (Vaswani et al., 2017).

    Parameters
    ----------
    query
        `(batch, targets, heads, size)`.
    key, value
        `(batch, sources, key heads, size)`; fewer key heads are shared by groups of query heads.
    bias
        Added to the scores; broadcasts to `(batch, heads, targets, sources)`.
    mask
        Booleans that broadcast likewise: False keeps a source from being attended to.
    scale
        `1 / sqrt(size)` by default.
    is_causal
        Whether a target attends only to sources not after it.
    flash_attention
        Accepted for Keras' sake; the result is the same.
    attn_logits_soft_cap
        Scores are bent smoothly to stay within this bound.

    Returns
    -------
    Tensor
        `(batch, targets, heads, size)`.

    Raises
    ------
    ShapeError
        If ranks or heads do not fit.

    Examples
    --------
    >>> x = np.ones((1, 3, 2, 4), "float32")
    >>> ops.dot_product_attention(x, x, x).shape
    (1, 3, 2, 4)
    """
    query, key, source = promote_floating(query, key, value)
    for name, x in (("query", query), ("key", key), ("value", source)):
        if x.ndim != 4:
            raise ShapeError(
                f"dot_product_attention: {name} must be (batch, length, heads, size), got shape "
                f"{tuple(x.shape)}."
            )
    heads = query.shape[2]
    key, source = _grouped(key, heads), _grouped(source, heads)
    scale = 1.0 / math.sqrt(query.shape[-1]) if scale is None else scale
    rows = permuted(query, _HEADS_FIRST)
    scores = wide(p.mul(p.matmul(rows, permuted(key, (0, 2, 3, 1))), _number(scale)))
    if bias is not None:
        scores = p.add(scores, _value(bias, scores.dtype))
    if attn_logits_soft_cap is not None:
        cap = float(attn_logits_soft_cap)
        scores = p.mul(p.tanh(p.mul(scores, 1.0 / cap)), cap)
    scores = _masked(scores, mask, is_causal)
    shares = cast_value(_softmax(scores, axes=(3,)), source.dtype)
    return permuted(p.matmul(shares, permuted(source, _HEADS_FIRST)), _HEADS_FIRST)


_value = value  # the parameter `value` hides the function


def _number(scale: Any) -> Any:
    return float(scale) if isinstance(scale, (int, np.generic)) else scale


def _masked(scores: Tensor, mask: TensorLike, is_causal: bool) -> Tensor:
    # a large number, not -inf: a row without any source becomes a mean, not NaN
    low = -0.7 * float(float_limits(scores.dtype).max)
    if mask is not None:
        mask = _value(mask)
        scores = p.where(mask if mask.dtype == bool else p.ne(mask, 0), scores, low)
    if is_causal:
        scores = p.where(np.tri(*scores.shape[-2:]) > 0, scores, low)
    return scores
