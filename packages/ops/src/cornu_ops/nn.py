"""Activations: `keras.ops` names from `celu` to `threshold`."""

from __future__ import annotations

import numpy as np

from cornu_engine.primitives.table import p
from cornu_engine.shapes import normalize_axes, normalize_axis
from cornu_engine.trace import op
from cornu_ops.composites import activations as _whole
from cornu_ops.composites import softmax as _shares
from cornu_ops.families import unary
from cornu_ops.movement import cut
from cornu_ops.values import Axis, Tensor, TensorLike, floating, value

_SELU_ALPHA = 1.6732632423543772848170429916717
_SELU_SCALE = 1.0507009873554804934193349852946


def _elu(x: Tensor, alpha: float) -> Tensor:
    # the exponential is taken of the negative part only, so that it never overflows
    curve = p.expm1(p.minimum(x, 0.0))
    return p.where(p.lt(0.0, x), x, curve if alpha == 1.0 else p.mul(curve, alpha))


def _hard_sigmoid(x: Tensor) -> Tensor:
    return p.minimum(1.0, p.maximum(0.0, p.add(p.mul(x, 1.0 / 6.0), 0.5)))


def _hard_silu(x: Tensor) -> Tensor:
    return p.mul(x, _hard_sigmoid(x))


def _sparse_plus(x: Tensor) -> Tensor:
    rise = p.mul(p.mul(p.add(x, 1.0), p.add(x, 1.0)), 0.25)
    return p.where(p.le(x, -1.0), 0.0, p.where(p.lt(x, 1.0), rise, x))


relu = unary(
    "relu",
    lambda x: p.maximum(x, 0),
    "`max(x, 0)`; its slope at 0 is 0.",
    "ops.relu([-1.0, 2.0])",
    "array([0., 2.], dtype=float32)",
    keep_integers="numeric",
)
relu6 = unary(
    "relu6",
    lambda x: p.minimum(p.maximum(x, 0), 6),
    "`min(max(x, 0), 6)`.",
    "ops.relu6([-1.0, 2.0, 8.0])",
    "array([0., 2., 6.], dtype=float32)",
)
sigmoid = unary(
    "sigmoid",
    _whole.sigmoid,
    "`1 / (1 + exp(-x))`.",
    "ops.sigmoid([0.0, 2.0])",
    "array([0.5     , 0.880797], dtype=float32)",
)
softplus = unary(
    "softplus",
    _whole.softplus,
    "`log(1 + exp(x))`.",
    "ops.softplus([0.0, 2.0])",
    "array([0.6931472, 2.126928 ], dtype=float32)",
)
silu = unary(
    "silu",
    _whole.silu,
    "`x * sigmoid(x)`.",
    "ops.silu([0.0, 2.0])",
    "array([0.      , 1.761594], dtype=float32)",
)
swish = unary(
    "swish",
    _whole.silu,
    "`x * sigmoid(x)`; another name of `silu`.",
    "ops.swish([0.0, 2.0])",
    "array([0.      , 1.761594], dtype=float32)",
)
softsign = unary(
    "softsign",
    lambda x: p.div(x, p.add(p.abs(x), 1.0)),
    "`x / (1 + |x|)`.",
    "ops.softsign([-1.0, 3.0])",
    "array([-0.5 ,  0.75], dtype=float32)",
)
log_sigmoid = unary(
    "log_sigmoid",
    lambda x: p.neg(_whole.softplus(p.neg(x))),
    "`log(sigmoid(x))`.",
    "ops.log_sigmoid([0.0, 2.0])",
    "array([-0.6931472, -0.126928 ], dtype=float32)",
)
hard_sigmoid = unary(
    "hard_sigmoid",
    _hard_sigmoid,
    "`x / 6 + 0.5` held within 0 and 1.",
    "ops.hard_sigmoid([-4.0, 0.0, 3.0])",
    "array([0. , 0.5, 1. ], dtype=float32)",
)
hard_silu = unary(
    "hard_silu",
    _hard_silu,
    "`x * hard_sigmoid(x)`.",
    "ops.hard_silu([-4.0, 1.0, 3.0])",
    "array([-0.       ,  0.6666667,  3.       ], dtype=float32)",
)
hard_swish = unary(
    "hard_swish",
    _hard_silu,
    "`x * hard_sigmoid(x)`; another name of `hard_silu`.",
    "ops.hard_swish([-4.0, 1.0, 3.0])",
    "array([-0.       ,  0.6666667,  3.       ], dtype=float32)",
)
hard_tanh = unary(
    "hard_tanh",
    lambda x: p.minimum(1.0, p.maximum(-1.0, x)),
    "`x` held within -1 and 1.",
    "ops.hard_tanh([-2.0, 0.5])",
    "array([-1. ,  0.5], dtype=float32)",
)
tanh_shrink = unary(
    "tanh_shrink",
    lambda x: p.sub(x, p.tanh(x)),
    "`x - tanh(x)`.",
    "ops.tanh_shrink([0.0, 1.0])",
    "array([0.        , 0.23840582], dtype=float32)",
)
selu = unary(
    "selu",
    lambda x: p.mul(_elu(x, _SELU_ALPHA), _SELU_SCALE),
    "`scale * elu(x, alpha)` of self-normalising networks (Klambauer et al., 2017).",
    "ops.selu([-1.0, 1.0])",
    "array([-1.1113307,  1.050701 ], dtype=float32)",
)
sparse_plus = unary(
    "sparse_plus",
    _sparse_plus,
    "0 below -1, `(x + 1)**2 / 4` up to 1, then `x`.",
    "ops.sparse_plus([-2.0, 0.0, 2.0])",
    "array([0.  , 0.25, 2.  ], dtype=float32)",
)
sparse_sigmoid = unary(
    "sparse_sigmoid",
    lambda x: p.mul(p.minimum(2.0, p.maximum(0.0, p.add(x, 1.0))), 0.5),
    "`(x + 1) / 2` held within 0 and 1.",
    "ops.sparse_sigmoid([-2.0, 0.0, 2.0])",
    "array([0. , 0.5, 1. ], dtype=float32)",
)


@op
def mish(x: TensorLike) -> Tensor:
    """`x * tanh(softplus(x))` (Misra, 2019).

    Examples
    --------
    >>> ops.mish([0.0, 1.0])
    array([0.       , 0.8650984], dtype=float32)
    """
    x = floating(x)
    return p.mul(x, p.tanh(_whole.softplus(x)))


@op
def leaky_relu(x: TensorLike, negative_slope: float = 0.2) -> Tensor:
    """`x` where positive, `negative_slope * x` elsewhere.

    Examples
    --------
    >>> ops.leaky_relu([-1.0, 2.0])
    array([-0.2,  2. ], dtype=float32)
    """
    x = floating(x)
    return p.where(p.lt(0.0, x), x, p.mul(x, float(negative_slope)))


@op
def elu(x: TensorLike, alpha: float = 1.0) -> Tensor:
    """`x` where positive, `alpha * (exp(x) - 1)` elsewhere (Clevert et al., 2015).

    Examples
    --------
    >>> ops.elu([-1.0, 2.0])
    array([-0.63212055,  2.        ], dtype=float32)
    """
    return _elu(floating(x), float(alpha))


@op
def celu(x: TensorLike, alpha: float = 1.0) -> Tensor:
    """`max(x, 0) + min(alpha * (exp(x / alpha) - 1), 0)` (Barron, 2017).

    Examples
    --------
    >>> ops.celu([-1.0, 2.0], alpha=2.0)
    array([-0.78693867,  2.        ], dtype=float32)
    """
    x = floating(x)
    curve = p.expm1(p.mul(p.minimum(x, 0.0), 1.0 / alpha))
    return p.add(p.maximum(x, 0.0), p.mul(curve, float(alpha)))


@op
def gelu(x: TensorLike, approximate: bool = True) -> Tensor:
    """`x * Phi(x)`, `Phi` the normal distribution function (Hendrycks and Gimpel, 2016).

    Parameters
    ----------
    x
        Tensor of any shape.
    approximate
        Use `0.5 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))` for `Phi`.

    Examples
    --------
    >>> ops.gelu([-1.0, 1.0], approximate=False)
    array([-0.15865526,  0.8413447 ], dtype=float32)
    """
    return _whole.gelu(floating(x), approximate=bool(approximate))


@op
def glu(x: TensorLike, axis: int = -1) -> Tensor:
    """The first half of an axis times the sigmoid of the second (Dauphin et al., 2016).

    Raises
    ------
    ValueError
        If the axis has an odd size.

    Examples
    --------
    >>> ops.glu([1.0, 2.0, 0.0, 0.0])
    array([0.5, 1. ], dtype=float32)
    """
    x = floating(x)
    axis = normalize_axis(axis, x.ndim)
    size = x.shape[axis]
    if size % 2:
        raise ValueError(
            f"glu() halves axis {axis}, but it has an odd size: shape {tuple(x.shape)}."
        )
    return p.mul(cut(x, axis, 0, size // 2), _whole.sigmoid(cut(x, axis, size // 2, size)))


@op
def hard_shrink(x: TensorLike, threshold: float = 0.5) -> Tensor:
    """`x` where `|x| > threshold`, 0 elsewhere.

    Examples
    --------
    >>> ops.hard_shrink([-0.5, 0.2, 1.0])
    array([0., 0., 1.], dtype=float32)
    """
    x = floating(x)
    return p.where(p.lt(float(threshold), p.abs(x)), x, 0.0)


@op
def soft_shrink(x: TensorLike, threshold: float = 0.5) -> Tensor:
    """`x` moved towards 0 by `threshold`, and 0 where that would pass it.

    Examples
    --------
    >>> ops.soft_shrink([-1.5, 0.2, 1.0])
    array([-1. ,  0. ,  0.5], dtype=float32)
    """
    x = floating(x)
    limit = float(threshold)
    below = p.where(p.lt(x, -limit), p.add(x, limit), 0.0)
    return p.where(p.lt(limit, x), p.sub(x, limit), below)


@op
def threshold(x: TensorLike, threshold: float, default_value: float) -> Tensor:
    """`x` where it exceeds `threshold`, `default_value` elsewhere.

    Examples
    --------
    >>> ops.threshold([-1.0, 2.0], 0.0, 9.0)
    array([9., 2.], dtype=float32)
    """
    x = value(x)
    return p.where(p.lt(threshold, x), x, default_value)


@op
def squareplus(x: TensorLike, b: float = 4) -> Tensor:
    """`(x + sqrt(x**2 + b)) / 2`.

    Examples
    --------
    >>> ops.squareplus([0.0, 3.0])
    array([1.       , 3.3027756], dtype=float32)
    """
    x = floating(x)
    return p.mul(p.add(x, p.sqrt(p.add(p.mul(x, x), float(b)))), 0.5)


def softmax_axes(x: Tensor, axis: Axis) -> tuple[int, ...]:
    """The axes of a softmax; an axis of size 1 is named, its result being all ones."""
    return normalize_axes(axis, x.ndim)


@op
def softmax(x: TensorLike, axis: Axis = -1) -> Tensor:
    """`exp(x) / sum(exp(x))` over one axis or several (all with `None`).

    The result is positive and sums to 1.

    Parameters
    ----------
    x
        Tensor with at least one axis.
    axis
        Axis or axes to sum over.

    Examples
    --------
    >>> ops.softmax([1.0, 2.0, 3.0])
    array([0.09003057, 0.24472846, 0.66524094], dtype=float32)
    """
    x = floating(x)
    return _shares.softmax(x, axes=softmax_axes(x, axis))


@op
def log_softmax(x: TensorLike, axis: Axis = -1) -> Tensor:
    """Logarithm of `softmax`, finite where the softmax is too small for its dtype.

    Examples
    --------
    >>> ops.log_softmax([1.0, 2.0, 3.0])
    array([-2.4076061, -1.407606 , -0.407606 ], dtype=float32)
    """
    x = floating(x)
    return _shares.log_softmax(x, axes=softmax_axes(x, axis))


@op
def sparsemax(x: TensorLike, axis: int = -1) -> Tensor:
    """The point of the probability simplex nearest to `x` (Martins and Astudillo, 2016).

    It sums to 1, which Keras 3.15's does only where one class takes all.

    Parameters
    ----------
    x
        Tensor with at least one axis.
    axis
        The axis that sums to 1.

    Examples
    --------
    >>> ops.sparsemax([1.0, 2.0, 0.5])
    array([0., 1., 0.], dtype=float32)
    """
    x = floating(x)
    axis = normalize_axis(axis, x.ndim)
    ranked = p.neg(p.sort(p.neg(x), axis=axis))
    rank = np.arange(1, x.shape[axis] + 1, dtype=x.dtype)
    rank = rank.reshape([-1 if i == axis else 1 for i in range(x.ndim)])
    total = p.cumsum(ranked, axis=axis, reverse=False)
    support = p.lt(p.sub(total, 1.0), p.mul(ranked, rank))
    size = p.sum(p.cast(support, dtype=x.dtype), axes=(axis,), keepdims=True)
    kept = p.sum(p.where(support, ranked, 0.0), axes=(axis,), keepdims=True)
    return p.maximum(p.sub(x, p.div(p.sub(kept, 1.0), size)), 0.0)
