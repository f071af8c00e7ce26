"""Comparisons, logic and bits."""

from __future__ import annotations

import math

from cornu_engine.primitives.table import p
from cornu_engine.trace import op
from cornu_ops.families import binary, unary
from cornu_ops.values import (
    Tensor,
    TensorLike,
    comparable,
    promote,
    promote_floating,
    promote_numeric,
    truth,
)

_BOOLS = " and dtype bool"


def _truths(x1: TensorLike, x2: TensorLike) -> list[Tensor]:
    return [truth(x1), truth(x2)]


def _isnan(x: Tensor) -> Tensor:
    return p.ne(x, x)


def _isinf(x: Tensor) -> Tensor:
    return p.eq(p.abs(x), math.inf)


equal = binary(
    "equal",
    "eq",
    "`x1 == x2`, element by element.",
    "ops.equal([1, 2], 2)",
    "array([False,  True])",
    prepare=comparable,
    result=_BOOLS,
)
not_equal = binary(
    "not_equal",
    "ne",
    "`x1 != x2`, element by element.",
    "ops.not_equal([1, 2], 2)",
    "array([ True, False])",
    prepare=comparable,
    result=_BOOLS,
)
less = binary(
    "less",
    "lt",
    "`x1 < x2`, element by element.",
    "ops.less([1, 2], 2)",
    "array([ True, False])",
    prepare=comparable,
    result=_BOOLS,
)
less_equal = binary(
    "less_equal",
    "le",
    "`x1 <= x2`, element by element.",
    "ops.less_equal([1, 2], 2)",
    "array([ True,  True])",
    prepare=comparable,
    result=_BOOLS,
)
greater = binary(
    "greater",
    lambda a, b: p.lt(b, a),
    "`x1 > x2`, element by element.",
    "ops.greater([1, 3], 2)",
    "array([False,  True])",
    prepare=comparable,
    result=_BOOLS,
)
greater_equal = binary(
    "greater_equal",
    lambda a, b: p.le(b, a),
    "`x1 >= x2`, element by element.",
    "ops.greater_equal([1, 2], 2)",
    "array([False,  True])",
    prepare=comparable,
    result=_BOOLS,
)
logical_and = binary(
    "logical_and",
    "and_",
    "True where both are true (not 0).",
    "ops.logical_and([True, False], True)",
    "array([ True, False])",
    prepare=_truths,
    result=_BOOLS,
)
logical_or = binary(
    "logical_or",
    "or_",
    "True where either is true (not 0).",
    "ops.logical_or([True, False], False)",
    "array([ True, False])",
    prepare=_truths,
    result=_BOOLS,
)
logical_xor = binary(
    "logical_xor",
    "xor",
    "True where exactly one is true (not 0).",
    "ops.logical_xor([True, False], True)",
    "array([False,  True])",
    prepare=_truths,
    result=_BOOLS,
)
logical_not = unary(
    "logical_not",
    lambda x: p.invert(truth(x)),
    "True where `x` is false (0).",
    "ops.logical_not([True, False])",
    "array([False,  True])",
    keep_integers=True,
    result=bool,
)
isfinite = unary(
    "isfinite",
    "isfinite",
    "True where `x` is neither infinite nor NaN.",
    "ops.isfinite([1.0, float('inf')])",
    "array([ True, False])",
    result=bool,
)
isnan = unary(
    "isnan",
    _isnan,
    "True where `x` is NaN.",
    "ops.isnan([1.0, float('nan')])",
    "array([False,  True])",
    result=bool,
)
isinf = unary(
    "isinf",
    _isinf,
    "True where `x` is infinite.",
    "ops.isinf([1.0, float('-inf')])",
    "array([False,  True])",
    result=bool,
)
isposinf = unary(
    "isposinf",
    lambda x: p.eq(x, math.inf),
    "True where `x` is +inf.",
    "ops.isposinf([float('inf'), 0.0])",
    "array([ True, False])",
    result=bool,
)
isneginf = unary(
    "isneginf",
    lambda x: p.eq(x, -math.inf),
    "True where `x` is -inf.",
    "ops.isneginf([float('-inf'), 0.0])",
    "array([ True, False])",
    result=bool,
)
isreal = unary(
    "isreal",
    lambda x: p.or_(p.eq(x, x), p.ne(x, x)),
    "True everywhere: no tensor here is complex.",
    "ops.isreal([1.0, 2.0])",
    "array([ True,  True])",
    keep_integers=True,
    result=bool,
)
signbit = unary(
    "signbit",
    lambda x: p.or_(p.lt(x, 0.0), p.lt(p.div(1.0, x), 0.0)),
    "True where the sign is minus, -0.0 included.",
    "ops.signbit([-0.0, 0.0, -3.0])",
    "array([ True, False,  True])",
    result=bool,
)

bitwise_and = binary(
    "bitwise_and",
    "and_",
    "Bits set in both.",
    "ops.bitwise_and([6], [3])",
    "array([2], dtype=int32)",
    names=("x", "y"),
)
bitwise_or = binary(
    "bitwise_or",
    "or_",
    "Bits set in either.",
    "ops.bitwise_or([6], [3])",
    "array([7], dtype=int32)",
    names=("x", "y"),
)
bitwise_xor = binary(
    "bitwise_xor",
    "xor",
    "Bits set in exactly one.",
    "ops.bitwise_xor([6], [3])",
    "array([5], dtype=int32)",
    names=("x", "y"),
)
left_shift = binary(
    "left_shift",
    "shift_left",
    "`x * 2**y` by moving bits up.",
    "ops.left_shift([3], [2])",
    "array([12], dtype=int32)",
    prepare=promote_numeric,
    names=("x", "y"),
)
right_shift = binary(
    "right_shift",
    "shift_right",
    "`x // 2**y` by moving bits down.",
    "ops.right_shift([12], [2])",
    "array([3], dtype=int32)",
    prepare=promote_numeric,
    names=("x", "y"),
)
bitwise_left_shift = binary(
    "bitwise_left_shift",
    "shift_left",
    "`x * 2**y` by moving bits up.",
    "ops.bitwise_left_shift([3], [2])",
    "array([12], dtype=int32)",
    prepare=promote_numeric,
    names=("x", "y"),
)
bitwise_right_shift = binary(
    "bitwise_right_shift",
    "shift_right",
    "`x // 2**y` by moving bits down.",
    "ops.bitwise_right_shift([12], [2])",
    "array([3], dtype=int32)",
    prepare=promote_numeric,
    names=("x", "y"),
)
bitwise_not = unary(
    "bitwise_not",
    "invert",
    "All bits turned over.",
    "ops.bitwise_not([6])",
    "array([-7], dtype=int32)",
    keep_integers=True,
)
bitwise_invert = unary(
    "bitwise_invert",
    "invert",
    "All bits turned over.",
    "ops.bitwise_invert([6])",
    "array([-7], dtype=int32)",
    keep_integers=True,
)


@op
def where(condition: TensorLike, x1: TensorLike = None, x2: TensorLike = None) -> Tensor:
    """Elements of `x1` where the condition holds, else of `x2`.

    Parameters
    ----------
    condition
        Booleans (or numbers, true when not 0).
    x1, x2
        Tensors or numbers that broadcast with the condition. Without both, the positions of true
        elements are returned as by `nonzero`, which needs plain arrays.

    Examples
    --------
    >>> ops.where([True, False], [1.0, 2.0], 0.0)
    array([1., 0.], dtype=float32)
    """
    if x1 is None and x2 is None:
        from cornu_ops.eager import nonzero

        return nonzero(condition)
    if x1 is None or x2 is None:
        raise ValueError("where() needs both x1 and x2, or neither.")
    x1, x2 = promote(x1, x2)
    return p.where(truth(condition), x1, x2)


@op
def select(
    condlist: list[TensorLike], choicelist: list[TensorLike], default: TensorLike = 0
) -> Tensor:
    """For each element, the choice of the first condition that holds.

    Parameters
    ----------
    condlist
        Boolean tensors, the first having precedence.
    choicelist
        As many tensors.
    default
        What stands where no condition holds.

    Examples
    --------
    >>> x = np.array([1.0, 2.0, 3.0])
    >>> ops.select([x < 2, x > 2], [x, 10 * x], 0.0)
    array([ 1.,  0., 30.])
    """
    if len(condlist) != len(choicelist):
        raise ValueError(f"select() got {len(condlist)} conditions for {len(choicelist)} choices.")
    *choices, result = promote(*choicelist, default)
    for condition, choice in reversed(list(zip(condlist, choices, strict=True))):
        result = p.where(truth(condition), choice, result)
    return result


@op
def isclose(
    x1: TensorLike, x2: TensorLike, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Tensor:
    """True where `|x1 - x2| <= atol + rtol * |x2|`.

    Examples
    --------
    >>> ops.isclose([1.0, 2.0], [1.0000001, 2.1])
    array([ True, False])
    """
    x1, x2 = promote_floating(x1, x2)
    near = p.le(p.abs(x1 - x2), p.abs(x2) * rtol + atol)
    close = p.or_(p.eq(x1, x2), p.and_(near, p.isfinite(x2)))  # inf is close to itself alone
    return p.or_(close, p.and_(_isnan(x1), _isnan(x2))) if equal_nan else close


@op
def allclose(
    x1: TensorLike, x2: TensorLike, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Tensor:
    """Whether `isclose` holds everywhere.

    Examples
    --------
    >>> bool(ops.allclose([1.0, 2.0], [1.0000001, 2.0]))
    True
    """
    from cornu_ops.reduction import all as everywhere

    return everywhere(isclose(x1, x2, rtol, atol, equal_nan))


@op
def isin(
    x1: TensorLike, x2: TensorLike, assume_unique: bool = False, invert: bool = False
) -> Tensor:
    """True where an element of `x1` is among those of `x2`.

    Parameters
    ----------
    x1
        Tensor of any shape, the shape of the result.
    x2
        The elements to look for.
    assume_unique
        Accepted for Keras' sake; it makes no difference here.
    invert
        Ask for those that are not among `x2`.

    Examples
    --------
    >>> ops.isin([1, 2, 3], [3, 1])
    array([ True, False,  True])
    """
    x1, x2 = comparable(x1, x2)
    hits = p.eq(p.reshape(x1, shape=(*x1.shape, 1)), p.reshape(x2, shape=(int(x2.size),)))
    inside = p.max(hits, axes=(x1.ndim,), keepdims=False)
    return p.invert(inside) if invert else inside
