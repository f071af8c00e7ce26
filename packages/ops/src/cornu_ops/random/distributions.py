"""Random tensors: each distribution is a formula over uniform 32-bit words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu_engine.dtypes import canonical, is_float
from cornu_engine.primitives.table import p
from cornu_engine.shapes import broadcast_shapes, product
from cornu_engine.trace import op
from cornu_ops.movement import ints, picked
from cornu_ops.random.seed import random_words
from cornu_ops.values import DTypeLike, Tensor, TensorLike, cast_value, floating, value

Shape = Sequence[int]


def _float(dtype: DTypeLike) -> np.dtype:
    wanted = canonical(dtype)
    if not is_float(wanted):
        raise TypeError(f"This distribution is continuous: dtype must be a float, not {wanted}.")
    return wanted


def _wide(dtype: np.dtype) -> np.dtype:
    """What formulas are computed in: at least single precision."""
    return np.dtype(np.float32) if dtype.itemsize == 2 else dtype


def _fractions(
    shape: tuple[int, ...], dtype: np.dtype, seed: Any, open_interval: bool = False
) -> Tensor:
    """Uniform numbers in [0, 1), as finely spaced as the dtype can hold; in (0, 1) if open."""
    if dtype == np.float64:
        words = random_words((2, *shape), seed)
        high, low = picked(words, 0, 0), picked(words, 0, 1)
        top = p.mul(p.cast(p.shift_right(high, 5), dtype=dtype), 2.0**26)
        grid, bits = p.add(top, p.cast(p.shift_right(low, 6), dtype=dtype)), 53
    else:
        bits = 24 if dtype == np.float32 else 11
        grid = p.cast(p.shift_right(random_words(shape, seed), 32 - bits), dtype=dtype)
    if open_interval:  # the middles of steps twice as wide, so that the last one is not 1
        grid = p.add(p.mul(p.floor(p.mul(grid, 0.5)), 2.0), 1.0)
    return p.mul(grid, 2.0**-bits)


@op
def uniform(
    shape: Shape,
    minval: float = 0.0,
    maxval: float = 1.0,
    dtype: DTypeLike = None,
    seed: Any = None,
) -> Tensor:
    """Numbers spread evenly over `[minval, maxval)`.

    Parameters
    ----------
    shape
        Shape of the result.
    minval, maxval
        Bounds, numbers or tensors that broadcast to `shape`.
    dtype
        A float, `floatx` by default; integers are drawn as by `randint`.
    seed
        Whole number (the same numbers every time), `SeedGenerator`, or `None` for the
        global generator.

    Examples
    --------
    >>> cornu.random.uniform((2,), seed=0).shape
    (2,)
    """
    dtype = canonical(dtype)
    if dtype.kind in "iu":
        return randint(shape, minval, maxval, dtype, seed)
    dtype = _float(dtype)
    drawn = _fractions(ints(shape), dtype, seed)
    if _is(minval, 0.0) and _is(maxval, 1.0):
        return drawn
    low, high = value(minval, dtype), value(maxval, dtype)
    return p.add(p.mul(drawn, p.sub(high, low)), low)


def _is(x: Any, number: float) -> bool:
    return isinstance(x, (int, float)) and x == number


def _standard_normal(shape: tuple[int, ...], dtype: np.dtype, seed: Any) -> Tensor:
    """Box and Muller, 1958: two uniform numbers make two normal ones."""
    size = product(shape)
    half = (size + 1) // 2
    drawn = _fractions((2, half), dtype, seed)
    distance, turn = (p.slice(drawn, start=(i, 0), stop=(i + 1, half), step=(1, 1)) for i in (0, 1))
    radius = p.sqrt(p.mul(p.log(p.sub(1.0, distance)), -2.0))  # 1 - u lies in (0, 1]
    angle = p.mul(turn, 2.0 * math.pi)
    both = p.concat(p.mul(radius, p.cos(angle)), p.mul(radius, p.sin(angle)), axis=0)
    line = p.slice(p.reshape(both, shape=(2 * half,)), start=(0,), stop=(size,), step=(1,))
    return p.reshape(line, shape=shape)


def _located(x: Tensor, mean: Any, stddev: Any, dtype: np.dtype) -> Tensor:
    if not _is(stddev, 1.0):
        x = p.mul(x, value(stddev, x.dtype))
    if not _is(mean, 0.0):
        x = p.add(x, value(mean, x.dtype))
    return cast_value(x, dtype)


@op
def normal(
    shape: Shape, mean: float = 0.0, stddev: float = 1.0, dtype: DTypeLike = None, seed: Any = None
) -> Tensor:
    """Numbers of the normal distribution.

    Parameters
    ----------
    shape
        Shape of the result.
    mean, stddev
        Numbers or tensors that broadcast to `shape`.
    dtype
        A float, `floatx` by default.
    seed
        As for `uniform`.

    Examples
    --------
    >>> cornu.random.normal((2,), seed=0).shape
    (2,)
    """
    dtype = _float(dtype)
    return _located(_standard_normal(ints(shape), _wide(dtype), seed), mean, stddev, dtype)


@op
def truncated_normal(
    shape: Shape, mean: float = 0.0, stddev: float = 1.0, dtype: DTypeLike = None, seed: Any = None
) -> Tensor:
    """Numbers of the normal distribution, none further than two `stddev` from the mean.

    Parameters
    ----------
    shape, mean, stddev, dtype, seed
        As for `normal`; `stddev` is that of the whole distribution.

    Examples
    --------
    >>> bool(abs(cornu.random.truncated_normal((100,), seed=0)).max() <= 2.0)
    True
    """
    dtype = _float(dtype)
    drawn = _fractions(ints(shape), _wide(dtype), seed)
    # the distribution function within two deviations, inverted
    spread = p.mul(p.sub(p.mul(drawn, 2.0), 1.0), math.erf(math.sqrt(2.0)))
    x = p.mul(_inverse_erf(spread), math.sqrt(2.0))
    return _located(p.minimum(2.0, p.maximum(-2.0, x)), mean, stddev, dtype)


# Giles (2010), the central part: single precision where |x| < 0.9966; erf(sqrt(2)) is 0.9545
_GILES = (
    2.81022636e-08,
    3.43273939e-07,
    -3.5233877e-06,
    -4.39150654e-06,
    0.00021858087,
    -0.00125372503,
    -0.00417768164,
    0.246640727,
    1.50140941,
)


def _inverse_erf(x: Tensor) -> Tensor:
    """Inverse error function; in single precision by a polynomial, twenty times as fast."""
    if x.dtype == np.float64:
        return p.erfinv(x)
    w = p.sub(p.neg(p.log1p(p.neg(p.mul(x, x)))), 2.5)
    total = p.add(p.mul(w, _GILES[0]), _GILES[1])
    for coefficient in _GILES[2:]:
        total = p.add(p.mul(total, w), coefficient)
    return p.mul(x, total)


@op
def randint(
    shape: Shape,
    minval: TensorLike,
    maxval: TensorLike,
    dtype: DTypeLike = "int32",
    seed: Any = None,
) -> Tensor:
    """Whole numbers spread evenly over `[minval, maxval)`.

    Parameters
    ----------
    shape
        Shape of the result.
    minval, maxval
        Bounds, less than 2**32 apart.
    dtype
        An integer.
    seed
        As for `uniform`.

    Examples
    --------
    >>> cornu.random.randint((3,), 5, 6, seed=0)
    array([5, 5, 5], dtype=int32)
    """
    dtype = canonical(dtype)
    if dtype.kind not in "iu":
        raise TypeError(f"randint() draws integers: dtype must be one, not {dtype}.")
    words = p.cast(random_words(ints(shape), seed), dtype=np.dtype("uint64"))
    low, high = value(minval, np.int64), value(maxval, np.int64)
    span = p.cast(p.sub(high, low), dtype=np.dtype("uint64"))
    # the upper half of word * span: even to one part in 2**32 / span, without a division
    scaled = p.shift_right(p.mul(words, span), 32)
    return p.cast(p.add(p.cast(scaled, dtype=np.dtype("int64")), low), dtype=dtype)


@op
def bernoulli(
    shape: Shape, p_true: float = 0.5, dtype: DTypeLike = None, seed: Any = None
) -> Tensor:
    """1 with probability `p_true`, else 0.

    Examples
    --------
    >>> cornu.random.bernoulli((3,), 1.0, seed=0)
    array([1., 1., 1.], dtype=float32)
    """
    drawn = _fractions(ints(shape), np.dtype(np.float32), seed)
    return p.cast(p.lt(drawn, value(p_true, np.float32)), dtype=canonical(dtype))


@op
def categorical(
    logits: TensorLike, num_samples: int, dtype: DTypeLike = "int32", seed: Any = None
) -> Tensor:
    """Classes drawn with the probabilities `softmax(logits)`.

    Parameters
    ----------
    logits
        Unnormalised log-probabilities `(batch, classes)`.
    num_samples
        How many classes to draw per row.
    dtype
        An integer.
    seed
        As for `uniform`.

    Returns
    -------
    Tensor
        `(batch, num_samples)`.

    Examples
    --------
    >>> cornu.random.categorical([[0.0, 100.0]], 3, seed=0)
    array([[1, 1, 1]], dtype=int32)
    """
    logits = floating(logits)
    logits = cast_value(logits, _wide(logits.dtype))
    if logits.ndim != 2:
        raise ValueError(
            f"categorical() needs logits (batch, classes), got shape {tuple(logits.shape)}."
        )
    batch, classes = logits.shape
    drawn = _fractions((batch, num_samples, classes), logits.dtype, seed, open_interval=True)
    # the largest of logits + Gumbel noise is a fair draw
    gumbel = p.neg(p.log(p.neg(p.log(drawn))))
    noisy = p.add(p.reshape(logits, shape=(batch, 1, classes)), gumbel)
    return p.cast(p.argmax(noisy, axis=2), dtype=canonical(dtype))


@op
def gamma(shape: Shape, alpha: TensorLike, dtype: DTypeLike = None, seed: Any = None) -> Tensor:
    """Numbers of the gamma distribution with shape `alpha` and scale 1.

    Parameters
    ----------
    shape
        Shape of the result.
    alpha
        Positive; broadcasts to `shape`.
    dtype
        A float, `floatx` by default.
    seed
        As for `uniform`.

    Notes
    -----
    Marsaglia and Tsang (2000). Each proposal is accepted with a probability above 0.95, so eight of
    them leave fewer than one element in 10**10 with the mode instead of a draw.

    Examples
    --------
    >>> bool((cornu.random.gamma((4,), 2.0, seed=0) > 0).all())
    True
    """
    dtype, shape = _float(dtype), ints(shape)
    working = _wide(dtype)
    seeds = _several(seed, 3)
    alpha = value(alpha, working)
    small = p.lt(alpha, 1.0)
    d = p.sub(p.where(small, p.add(alpha, 1.0), alpha), 1.0 / 3.0)
    x = _standard_normal((_PROPOSALS, *shape), working, seeds[0])
    u = _fractions((_PROPOSALS, *shape), working, seeds[1], open_interval=True)
    base = p.add(p.mul(x, p.div(1.0, p.sqrt(p.mul(d, 9.0)))), 1.0)
    v = p.mul(p.mul(base, base), base)
    positive = p.lt(0.0, v)
    log_v = p.log(p.where(positive, v, 1.0))
    bound = p.add(p.mul(p.mul(x, x), 0.5), p.mul(d, p.add(p.sub(1.0, v), log_v)))
    accepted = p.and_(positive, p.lt(p.log(u), bound))
    result = p.expand(d, shape=shape)
    for i in reversed(range(_PROPOSALS)):
        result = p.where(picked(accepted, 0, i), p.mul(d, picked(v, 0, i)), result)
    # a draw for alpha < 1 is one for alpha + 1 times u ** (1 / alpha)
    boost = p.pow(_fractions(shape, working, seeds[2], open_interval=True), p.div(1.0, alpha))
    return cast_value(p.where(small, p.mul(result, boost), result), dtype)


_PROPOSALS = 8


def _several(seed: Any, count: int) -> list[Any]:
    """Seeds of draws that must not repeat one another."""
    if seed is None or not isinstance(seed, (int, np.integer)):
        return [seed] * count  # a generator advances by itself
    return [
        int(s)
        for s in np.random.SeedSequence(int(seed) & (2**64 - 1)).generate_state(count, np.uint64)
    ]


@op
def beta(
    shape: Shape, alpha: TensorLike, beta: TensorLike, dtype: DTypeLike = None, seed: Any = None
) -> Tensor:
    """Numbers of the beta distribution, between 0 and 1.

    Parameters
    ----------
    shape
        Shape of the result.
    alpha, beta
        Positive; they broadcast to `shape`.
    dtype
        A float, `floatx` by default.
    seed
        As for `uniform`.

    Examples
    --------
    >>> cornu.random.beta((4,), 2.0, 3.0, seed=0).shape
    (4,)
    """
    dtype = _float(dtype)
    first, second = _several(seed, 2)
    x = gamma(shape, alpha, _wide(dtype), first)
    y = gamma(shape, beta, _wide(dtype), second)
    return cast_value(p.div(x, p.add(x, y)), dtype)


@op
def binomial(
    shape: Shape,
    counts: TensorLike,
    probabilities: TensorLike,
    dtype: DTypeLike = None,
    seed: Any = None,
) -> Tensor:
    """How many of `counts` trials succeed.

    Parameters
    ----------
    shape
        Shape of the result.
    counts
        How many trials; known whole numbers that broadcast to `shape`.
    probabilities
        Chance of each; broadcasts likewise.
    dtype
        `floatx` by default.
    seed
        As for `uniform`.

    Examples
    --------
    >>> cornu.random.binomial((3,), 10, 1.0, seed=0)
    array([10., 10., 10.], dtype=float32)
    """
    shape = ints(shape)
    trials = np.asarray(value(counts)).astype(np.int64)
    chance = value(probabilities, np.float32)
    most = int(trials.max(initial=0))
    broadcast_shapes(shape, trials.shape, chance.shape)
    total = np.zeros(shape, np.int32)
    rows = max(1, _TRIALS_AT_ONCE // max(1, product(shape)))
    seeds = _several(seed, -(-most // rows))
    for block, start in enumerate(range(0, most, rows)):
        stop = min(start + rows, most)
        drawn = _fractions((stop - start, *shape), np.dtype(np.float32), seeds[block])
        counted = np.arange(start, stop).reshape(-1, *(1,) * len(shape)) < trials
        hits = p.and_(p.lt(drawn, chance), counted)
        total = p.add(
            total, p.sum(p.cast(hits, dtype=np.dtype("int32")), axes=(0,), keepdims=False)
        )
    return p.cast(total, dtype=canonical(dtype))


_TRIALS_AT_ONCE = 2**20  # words in memory at a time
