"""Statistics over a batch or a sample, and what is normalised by them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cornu_engine import config
from cornu_engine.primitives.table import p
from cornu_engine.shapes import normalize_axes, normalize_axis
from cornu_engine.trace import op
from cornu_ops.composites import normalization as _whole
from cornu_ops.movement import squeeze
from cornu_ops.reduction import mean_of, reduce
from cornu_ops.values import Axis, Tensor, TensorLike, cast_value, floating, value, wide


@op
def moments(
    x: TensorLike, axes: Axis, keepdims: bool = False, synchronized: bool = False
) -> tuple[Tensor, Tensor]:
    """Mean and variance over axes.

    Parameters
    ----------
    x
        Tensor of any shape; half precision is measured in single.
    axes
        Axes to measure over.
    keepdims
        Keep them with size 1.
    synchronized
        Only `False`: there is one replica.

    Examples
    --------
    >>> ops.moments([1.0, 2.0, 3.0], axes=[0], keepdims=True)
    (array([2.], dtype=float32), array([0.6666667], dtype=float32))
    """
    if synchronized:
        raise ValueError("synchronized=True needs several replicas, but a model here runs in one.")
    x = floating(x)
    full = wide(x)
    mean = mean_of(full, axes, True)
    centred = p.sub(full, mean)
    variance = mean_of(p.mul(centred, centred), axes, True)
    results = [mean, variance]
    if x.dtype == np.float16:
        limits = np.finfo(np.float16)
        results = [p.minimum(float(limits.max), p.maximum(float(limits.min), r)) for r in results]
    if not keepdims:
        results = [squeeze(r, normalize_axes(axes, x.ndim)) for r in results]
    return cast_value(results[0], x.dtype), cast_value(results[1], x.dtype)


def _per_channel(v: TensorLike, x: Tensor, axis: int) -> Tensor:
    shape = tuple(n if i == axis else 1 for i, n in enumerate(x.shape))
    return p.reshape(value(v, x.dtype), shape=shape)


@op
def batch_normalization(
    x: TensorLike,
    mean: TensorLike,
    variance: TensorLike,
    axis: int,
    offset: TensorLike = None,
    scale: TensorLike = None,
    epsilon: float = 1e-3,
) -> Tensor:
    """`(x - mean) / sqrt(variance + epsilon) * scale + offset` with given statistics.

    Parameters
    ----------
    x
        Tensor of any shape.
    mean, variance, offset, scale
        Vectors of the size of `axis`.
    axis
        The axis of channels.
    epsilon
        Keeps the root away from 0.

    Examples
    --------
    >>> ops.batch_normalization([[1.0, 2.0]], [0.0, 0.0], [4.0, 4.0], axis=-1, epsilon=0.0)
    array([[0.5, 1. ]], dtype=float32)
    """
    x = floating(x)
    axis = normalize_axis(axis, x.ndim)
    mean, variance = _per_channel(mean, x, axis), _per_channel(variance, x, axis)
    gain = p.div(1.0, p.sqrt(p.add(variance, float(epsilon))))
    if scale is not None:
        gain = p.mul(gain, _per_channel(scale, x, axis))
    # two vectors, so that each element costs one product and one sum
    shift = p.neg(p.mul(mean, gain))
    if offset is not None:
        shift = p.add(shift, _per_channel(offset, x, axis))
    return p.add(p.mul(x, gain), shift)


@op
def normalize_batch(
    x: TensorLike, gamma: TensorLike, beta: TensorLike, axis: int = -1, epsilon: float = 1e-3
) -> tuple[Tensor, Tensor, Tensor]:
    """Batch normalisation in training: by the statistics of `x` itself, which are returned too.

    Parameters
    ----------
    x
        Tensor of any shape.
    gamma, beta
        Scale and offset, vectors of the size of `axis`; `None` for 1 and 0.
    axis
        The axis of channels; statistics are taken over all others.
    epsilon
        Keeps the root away from 0.

    Returns
    -------
    y, mean, variance
        The shape of `x`, and two vectors (in single precision for half).

    Examples
    --------
    >>> y, mean, variance = ops.normalize_batch([[1.0], [3.0]], None, None)
    >>> mean, variance
    (array([2.], dtype=float32), array([1.], dtype=float32))
    """
    x = floating(x)
    axis = normalize_axis(axis, x.ndim)
    gamma = np.ones(x.shape[axis], x.dtype) if gamma is None else value(gamma, x.dtype)
    beta = np.zeros(x.shape[axis], x.dtype) if beta is None else value(beta, x.dtype)
    return _whole.batch_norm(x, gamma, beta, axis=axis, epsilon=float(epsilon))


def _scaled(y: Tensor, axes: tuple[int, ...], gamma: TensorLike, beta: TensorLike) -> Tensor:
    shape = tuple(n if i in axes else 1 for i, n in enumerate(y.shape))
    for operation, vector in ((p.mul, gamma), (p.add, beta)):
        if vector is not None:
            vector = value(vector, y.dtype)
            y = operation(y, vector if vector.ndim == 0 else p.reshape(vector, shape=shape))
    return y


@op
def layer_normalization(
    x: TensorLike,
    gamma: TensorLike = None,
    beta: TensorLike = None,
    axis: Axis = -1,
    epsilon: float | None = None,
    **kwargs: Any,
) -> Tensor:
    """`(x - mean) / sqrt(variance + epsilon) * gamma + beta` over `axis` (Ba et al., 2016).

    Parameters
    ----------
    x
        Tensor of any shape; half precision is measured in single.
    gamma, beta
        Scale and offset: of the shape of the normalised axes, or numbers.
    axis
        Axis or axes to normalise over.
    epsilon
        `config.epsilon()` by default.
    **kwargs
        `rms_scaling=True`, which Keras deprecates: divide by the deviation without centring.

    Examples
    --------
    >>> ops.layer_normalization([1.0, 2.0, 3.0])
    array([-1.2247448,  0.       ,  1.2247448], dtype=float32)
    """
    rms_scaling = kwargs.pop("rms_scaling", False)
    if kwargs:
        raise TypeError(f"layer_normalization() takes no argument {sorted(kwargs)[0]!r}.")
    x = floating(x)
    axes = normalize_axes(axis, x.ndim)
    epsilon = config.epsilon() if epsilon is None else float(epsilon)
    if rms_scaling:
        full = wide(x)
        centred = p.sub(full, mean_of(full, axes, True))
        spread = p.sqrt(p.add(mean_of(p.mul(centred, centred), axes, True), epsilon))
        return _scaled(cast_value(p.div(full, spread), x.dtype), axes, gamma, None)
    return _scaled(_whole.layer_norm(x, axes=axes, epsilon=epsilon), axes, gamma, beta)


@op
def rms_normalization(
    x: TensorLike, scale: TensorLike = None, axis: Axis = -1, epsilon: float | None = None
) -> Tensor:
    """`x / sqrt(mean(x**2) + epsilon) * scale` over `axis` (Zhang and Sennrich, 2019).

    Examples
    --------
    >>> ops.rms_normalization([3.0, 4.0])
    array([0.84852815, 1.1313709 ], dtype=float32)
    """
    x = floating(x)
    axes = normalize_axes(axis, x.ndim)
    epsilon = config.epsilon() if epsilon is None else float(epsilon)
    return _scaled(_whole.rms_norm(x, axes=axes, epsilon=epsilon), axes, scale, None)


@op
def normalize(
    x: TensorLike, axis: Axis = -1, order: float = 2, epsilon: float | None = None
) -> Tensor:
    """`x` divided by its norm over an axis, or by `epsilon` where that is larger.

    Parameters
    ----------
    x
        Tensor of any shape.
    axis
        Axis or axes of the norm.
    order
        Which norm: 1, 2, any other positive number, or infinity.
    epsilon
        `config.epsilon()` by default.

    Examples
    --------
    >>> ops.normalize([[3.0, 4.0]])
    array([[0.6, 0.8]], dtype=float32)
    """
    x = floating(x)
    if x.ndim == 0:
        x = p.reshape(x, shape=(1,))
    epsilon = config.epsilon() if epsilon is None else float(epsilon)
    if order == 2:  # the root of the larger square, so that the gradient at 0 is finite
        square = reduce(p.sum, p.mul(x, x), axis, True)
        return p.div(x, p.sqrt(p.maximum(square, epsilon**2)))
    size = p.abs(x)
    if order == math.inf:
        length = reduce(p.max, size, axis, True)
    elif order == 1:
        length = reduce(p.sum, size, axis, True)
    else:
        length = p.pow(reduce(p.sum, p.pow(size, float(order)), axis, True), 1.0 / order)
    return p.div(x, p.maximum(length, epsilon))


@op
def l2_normalize(x: TensorLike, axis: Axis = -1, epsilon: float = 1e-12) -> Tensor:
    """`x / sqrt(max(sum(x**2), epsilon))` over an axis.

    Examples
    --------
    >>> ops.l2_normalize([3.0, 4.0])
    array([0.6, 0.8], dtype=float32)
    """
    x = floating(x)
    return p.div(x, p.sqrt(p.maximum(reduce(p.sum, p.mul(x, x), axis, True), float(epsilon))))
