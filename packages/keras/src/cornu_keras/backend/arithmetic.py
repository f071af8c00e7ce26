"""Mathematics with Keras 2's argument names; what agrees with `cornu.ops` is taken from there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import cornu_ops as ops
from cornu_engine.trace import op
from cornu_ops import random
from cornu_ops.values import Axis, Tensor, TensorLike

_PAIR_DOC = """{summary}

Examples
--------
>>> {example}
{shown}
"""


def _pair(name: str, summary: str, example: str, shown: str) -> Callable[..., Tensor]:
    """The op of a name, with the argument names of Keras 2."""
    function = getattr(ops, name)

    def compare(x: TensorLike, y: TensorLike) -> Tensor:
        return function(x, y)

    compare.__name__ = compare.__qualname__ = name
    compare.__doc__ = _PAIR_DOC.format(summary=summary, example=example, shown=shown)
    return compare


equal = _pair(
    "equal",
    "`x == y`, element by element.",
    "K.equal([1, 2], [1, 3])",
    "array([ True, False])",
)
not_equal = _pair(
    "not_equal",
    "`x != y`, element by element.",
    "K.not_equal([1, 2], [1, 3])",
    "array([False,  True])",
)
less = _pair(
    "less",
    "`x < y`, element by element.",
    "K.less([1, 2], [1, 3])",
    "array([False,  True])",
)
less_equal = _pair(
    "less_equal",
    "`x <= y`, element by element.",
    "K.less_equal([1, 2], [1, 1])",
    "array([ True, False])",
)
greater = _pair(
    "greater",
    "`x > y`, element by element.",
    "K.greater([1, 2], [1, 1])",
    "array([False,  True])",
)
greater_equal = _pair(
    "greater_equal",
    "`x >= y`, element by element.",
    "K.greater_equal([1, 2], [1, 3])",
    "array([ True, False])",
)
maximum = _pair(
    "maximum",
    "The larger of two, element by element.",
    "K.maximum([1, 2], [3, 1])",
    "array([3, 2], dtype=int32)",
)
minimum = _pair(
    "minimum",
    "The smaller of two, element by element.",
    "K.minimum([1, 2], [3, 1])",
    "array([1, 1], dtype=int32)",
)


def pow(x: TensorLike, a: TensorLike) -> Tensor:
    """`x ** a`, element by element.

    Examples
    --------
    >>> K.pow([2.0, 3.0], 2)
    array([4., 9.], dtype=float32)
    """
    return ops.power(x, a)


def clip(x: TensorLike, min_value: TensorLike, max_value: TensorLike) -> Tensor:
    """`x` held within two bounds; `None` leaves a side open.

    Examples
    --------
    >>> K.clip([-1.0, 2.0], 0.0, 1.0)
    array([0., 1.], dtype=float32)
    """
    if isinstance(min_value, (int, float)) and isinstance(max_value, (int, float)):
        max_value = min_value if max_value < min_value else max_value
    return ops.clip(x, min_value, max_value)


def round(x: TensorLike) -> Tensor:
    """Nearest whole number; halves go to the even neighbour.

    Examples
    --------
    >>> K.round([0.5, 1.6])
    array([0., 2.], dtype=float32)
    """
    return ops.round(x)


def argmax(x: TensorLike, axis: int = -1) -> Tensor:
    """Position of the largest element along an axis.

    Examples
    --------
    >>> K.argmax([[1.0, 5.0], [3.0, 2.0]])
    array([1, 0], dtype=int32)
    """
    return ops.argmax(x, axis)


def argmin(x: TensorLike, axis: int = -1) -> Tensor:
    """Position of the smallest element along an axis.

    Examples
    --------
    >>> K.argmin([[1.0, 5.0], [3.0, 2.0]])
    array([0, 1], dtype=int32)
    """
    return ops.argmin(x, axis)


def cumsum(x: TensorLike, axis: int = 0) -> Tensor:
    """Running sum along an axis.

    Examples
    --------
    >>> K.cumsum([1.0, 2.0, 3.0])
    array([1., 3., 6.], dtype=float32)
    """
    return ops.cumsum(x, axis)


def cumprod(x: TensorLike, axis: int = 0) -> Tensor:
    """Running product along an axis.

    Examples
    --------
    >>> K.cumprod([1.0, 2.0, 3.0])
    array([1., 2., 6.], dtype=float32)
    """
    return ops.cumprod(x, axis)


def dot(x: TensorLike, y: TensorLike) -> Tensor:
    """Matrix product: the last axis of `x` with the last but one of `y`.

    Examples
    --------
    >>> K.dot(np.ones((2, 3)), np.ones((3, 4))).shape
    (2, 4)
    """
    return ops.dot(x, y)


@op
def batch_dot(x: TensorLike, y: TensorLike, axes: Any = None) -> Tensor:
    """Sum of products over one axis of each, for every sample of a batch by itself.

    Parameters
    ----------
    x, y
        Tensors with the same first axis.
    axes
        The axis of each to sum over: one number, or two. By default the last of `x`, and the last
        but one of `y` (the last of a matrix).

    Returns
    -------
    Tensor
        The axes left of `x`, then those left of `y` without the first; at least two axes.

    Raises
    ------
    ValueError
        If batch sizes or the sizes summed over differ.

    Examples
    --------
    >>> K.batch_dot(np.ones((32, 20, 1)), np.ones((32, 30, 20)), axes=(1, 2)).shape
    (32, 1, 30)
    """
    x, y = ops.convert_to_tensor(x), ops.convert_to_tensor(y)
    if x.ndim < 2 or y.ndim < 2:
        raise ValueError(
            f"batch_dot() needs at least two axes, got shapes {x.shape} and {y.shape}."
        )
    if x.shape[0] != y.shape[0]:
        raise ValueError(
            f"batch_dot() needs equal batch sizes, got shapes {x.shape} and {y.shape}."
        )
    if axes is None:
        axes = (x.ndim - 1, y.ndim - 1 if y.ndim == 2 else y.ndim - 2)
    first, second = (axes, axes) if isinstance(axes, int) else axes
    first, second = first % x.ndim, second % y.ndim
    if 0 in (first, second):
        raise ValueError(
            "batch_dot() cannot sum over the batch axis; add one with K.expand_dims(x, 0)."
        )
    if x.shape[first] != y.shape[second]:
        raise ValueError(
            f"batch_dot() over axes ({first}, {second}): shapes {x.shape} and {y.shape} differ "
            "there."
        )
    left = [i for i in range(1, x.ndim) if i != first]
    right = [i for i in range(1, y.ndim) if i != second]
    names = iter("abcdefghijklmnopqrstuvw")
    terms_x = {0: "z", first: "y", **{i: next(names) for i in left}}
    terms_y = {0: "z", second: "y", **{i: next(names) for i in right}}
    spell = ["".join(terms[i] for i in range(len(terms))) for terms in (terms_x, terms_y)]
    result = "z" + "".join(terms_x[i] for i in left) + "".join(terms_y[i] for i in right)
    products = ops.einsum(f"{spell[0]},{spell[1]}->{result}", x, y)
    return ops.expand_dims(products, 1) if products.ndim == 1 else products


def l2_normalize(x: TensorLike, axis: Axis = None) -> Tensor:
    """`x / sqrt(sum(x**2))` over axes, all by default.

    Examples
    --------
    >>> K.l2_normalize([3.0, 4.0])
    array([0.6, 0.8], dtype=float32)
    """
    return ops.l2_normalize(x, axis)


def in_top_k(predictions: TensorLike, targets: TensorLike, k: int) -> Tensor:
    """Whether each target is among the `k` largest predictions.

    Examples
    --------
    >>> K.in_top_k([[0.1, 0.9]], [1], 1)
    array([ True])
    """
    return ops.in_top_k(targets, predictions, k)


def gather(reference: TensorLike, indices: TensorLike) -> Tensor:
    """The slices of `reference` at positions along its first axis.

    Examples
    --------
    >>> K.gather([10.0, 20.0, 30.0], [2, 0])
    array([30., 10.], dtype=float32)
    """
    return ops.take(reference, ops.cast(indices, "int32"), axis=0)


def arange(
    start: float, stop: float | None = None, step: float = 1, dtype: Any = "int32"
) -> Tensor:
    """Numbers from `start` up to (not including) `stop`.

    Examples
    --------
    >>> K.arange(3)
    array([0, 1, 2], dtype=int32)
    """
    if stop is None and start < 0:
        start = 0
    return ops.arange(start, stop, step, dtype)


def random_uniform(
    shape: Sequence[int],
    minval: float = 0.0,
    maxval: float = 1.0,
    dtype: Any = None,
    seed: Any = None,
) -> Tensor:
    """Numbers spread evenly over `[minval, maxval)`.

    Examples
    --------
    >>> K.random_uniform((2,), seed=1).shape
    (2,)
    """
    return random.uniform(shape, minval, maxval, dtype, seed)


def random_normal(
    shape: Sequence[int],
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: Any = None,
    seed: Any = None,
) -> Tensor:
    """Numbers of a normal distribution.

    Examples
    --------
    >>> K.random_normal((2,), seed=1).shape
    (2,)
    """
    return random.normal(shape, mean, stddev, dtype, seed)


def truncated_normal(
    shape: Sequence[int],
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: Any = None,
    seed: Any = None,
) -> Tensor:
    """Numbers of a normal distribution within two deviations of the mean.

    Examples
    --------
    >>> K.truncated_normal((2,), seed=1).shape
    (2,)
    """
    return random.truncated_normal(shape, mean, stddev, dtype, seed)


def random_binomial(
    shape: Sequence[int], p: float = 0.0, dtype: Any = None, seed: Any = None
) -> Tensor:
    """1 with probability `p`, else 0.

    Examples
    --------
    >>> K.random_binomial((2,), p=1.0)
    array([1., 1.], dtype=float32)
    """
    return random.bernoulli(shape, p, dtype, seed)


def one_hot(indices: TensorLike, num_classes: int) -> Tensor:
    """1 at the position of each class along a new last axis, 0 elsewhere.

    Examples
    --------
    >>> K.one_hot([0, 2], 3)
    array([[1., 0., 0.],
           [0., 0., 1.]], dtype=float32)
    """
    return ops.one_hot(ops.cast(indices, "int32"), num_classes)
