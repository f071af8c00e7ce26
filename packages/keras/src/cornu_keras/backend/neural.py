"""Activations, losses, normalisation, convolution and pooling with Keras 2's argument names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cornu_ops as ops
from cornu_engine.shapes import window_count
from cornu_engine.trace import op
from cornu_ops import random
from cornu_ops.convolution import convolution_input_grad
from cornu_ops.crossentropy import CLASS_NUMBERS
from cornu_ops.targets import takes
from cornu_ops.values import Tensor, TensorLike
from cornu_ops.windowed import channels_last, original_format, pads, spread, standard_format


def relu(
    x: TensorLike, alpha: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> Tensor:
    """`x` at and above a threshold, `alpha * (x - threshold)` below it.

    Parameters
    ----------
    x
        Tensor of any shape.
    alpha
        Slope below the threshold.
    max_value
        Largest result.
    threshold
        Where the slope changes.

    Examples
    --------
    >>> K.relu(np.array([-1.0, 0.5, 9.0]), alpha=0.1, max_value=6.0)
    array([-0.1,  0.5,  6. ])
    """
    if threshold == 0.0:
        y = ops.relu(x)
        below = ops.minimum(x, 0.0) if alpha else None
    else:
        y = ops.where(ops.greater(x, threshold), x, ops.multiply(x, 0.0))
        below = ops.minimum(ops.subtract(x, threshold), 0.0) if alpha else None
    if max_value is not None:
        y = ops.clip(y, 0.0, max_value)
    return y if below is None else ops.add(y, ops.multiply(below, alpha))


def hard_sigmoid(x: TensorLike) -> Tensor:
    """`0.2 * x + 0.5` held within 0 and 1: Keras 2's; `ops.hard_sigmoid` is Keras 3's.

    Examples
    --------
    >>> K.hard_sigmoid(np.array([-3.0, 1.0]))
    array([0. , 0.7])
    """
    return ops.clip(ops.add(ops.multiply(x, 0.2), 0.5), 0.0, 1.0)


@takes(CLASS_NUMBERS)
@op
def sparse_categorical_crossentropy(
    target: TensorLike,
    output: TensorLike,
    from_logits: bool = False,
    axis: int = -1,
    ignore_class: int | None = None,
) -> Tensor:
    """`-log(output[target])`: the cross-entropy of whole classes.

    Parameters
    ----------
    target
        Class of each sample, as integers.
    output
        Predicted probabilities, or logits.
    from_logits
        Whether `output` are logits.
    axis
        The axis of classes.
    ignore_class
        A class whose samples have no loss.

    Examples
    --------
    >>> K.sparse_categorical_crossentropy([1, -1], [[0.2, 0.8], [0.5, 0.5]], ignore_class=-1)
    array([0.22314353, 0.        ], dtype=float32)
    """
    shape, places = ops.shape(output), ops.shape(target)
    if len(places) == len(shape) and places[axis] == 1:  # classes in an axis of their own
        target = ops.squeeze(target, axis)
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(target, output, from_logits, axis)
    target = ops.cast(target, "int32")
    counts = ops.not_equal(target, ignore_class)
    known = ops.where(counts, target, 0)
    loss = ops.sparse_categorical_crossentropy(known, output, from_logits, axis)
    return ops.where(ops.reshape(counts, loss.shape), loss, 0.0)


def dropout(x: TensorLike, level: float, noise_shape: Any = None, seed: Any = None) -> Tensor:
    """Elements set to 0 with probability `level`, the others divided by `1 - level`.

    Examples
    --------
    >>> K.dropout(np.ones(3), 0.0)
    array([1., 1., 1.])
    """
    return random.dropout(x, level, noise_shape, seed)


@op
def bias_add(x: TensorLike, bias: TensorLike, data_format: str | None = None) -> Tensor:
    """`x` plus a bias: one number per channel, or a tensor of the shape of a sample.

    Parameters
    ----------
    x
        Tensor `(batch, …)`.
    bias
        Vector of the size of the channel axis, or with all axes of a sample (channels last).
    data_format
        `"channels_last"` or `"channels_first"`.

    Examples
    --------
    >>> K.bias_add(np.zeros((2, 2)), np.array([1.0, 2.0]))
    array([[1., 2.],
           [1., 2.]])
    """
    x, bias = ops.convert_to_tensor(x), ops.convert_to_tensor(bias)
    if bias.ndim not in (1, x.ndim - 1):
        raise ValueError(f"A bias needs 1 or {x.ndim - 1} axes, got shape {tuple(bias.shape)}.")
    if standard_format(data_format) == "channels_first" and x.ndim > 2:
        shape = (1, bias.shape[-1], *((1,) * (x.ndim - 2) if bias.ndim == 1 else bias.shape[:-1]))
        bias = ops.transpose(bias, (bias.ndim - 1, *range(bias.ndim - 1)))
        return ops.add(x, ops.reshape(bias, shape))
    return ops.add(x, bias)


@op
def batch_normalization(
    x: TensorLike,
    mean: TensorLike,
    var: TensorLike,
    beta: TensorLike,
    gamma: TensorLike,
    axis: int = -1,
    epsilon: float = 1e-3,
) -> Tensor:
    """`(x - mean) / sqrt(var + epsilon) * gamma + beta`; `beta` and `gamma` may be `None`.

    Examples
    --------
    >>> one = np.ones(2, "float32")
    >>> K.batch_normalization(np.float32([[1, 2]]), 0 * one, one, None, None, epsilon=0.0)
    array([[1., 2.]], dtype=float32)
    """
    x = ops.convert_to_tensor(x)
    flat = [None if v is None else ops.reshape(v, (-1,)) for v in (mean, var, beta, gamma)]
    return ops.batch_normalization(x, flat[0], flat[1], axis, flat[2], flat[3], epsilon)


@op
def normalize_batch_in_training(
    x: TensorLike,
    gamma: TensorLike,
    beta: TensorLike,
    reduction_axes: Sequence[int],
    epsilon: float = 1e-3,
) -> tuple[Tensor, Tensor, Tensor]:
    """Batch normalisation by the statistics of `x` itself, which are returned too.

    Parameters
    ----------
    x
        Tensor of any shape.
    gamma, beta
        Scale and offset, or `None`.
    reduction_axes
        Axes to measure over.
    epsilon
        Keeps the root away from 0.

    Examples
    --------
    >>> K.normalize_batch_in_training(np.float32([[1], [3]]), None, None, [0], 0.0)[0]
    array([[-1.],
           [ 1.]], dtype=float32)
    """
    x = ops.convert_to_tensor(x)
    axes = sorted(a % x.ndim for a in reduction_axes)
    kept = [i for i in range(x.ndim) if i not in axes]
    if len(kept) == 1:
        return ops.normalize_batch(x, gamma, beta, axis=kept[0], epsilon=epsilon)
    mean, var = ops.moments(x, axes, keepdims=True)
    y = ops.divide(ops.subtract(x, mean), ops.sqrt(ops.add(var, epsilon)))
    y = y if gamma is None else ops.multiply(y, ops.reshape(gamma, mean.shape))
    y = y if beta is None else ops.add(y, ops.reshape(beta, mean.shape))
    return y, ops.squeeze(mean, tuple(axes)), ops.squeeze(var, tuple(axes))


def conv1d(
    x: TensorLike,
    kernel: TensorLike,
    strides: int = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: int = 1,
) -> Tensor:
    """Convolution over one axis; `padding` may be `"causal"`.

    Examples
    --------
    >>> K.conv1d(np.ones((1, 4, 1)), np.ones((3, 1, 2)), padding="causal").shape
    (1, 4, 2)
    """
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv2d(
    x: TensorLike,
    kernel: TensorLike,
    strides: Sequence[int] = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sequence[int] = (1, 1),
) -> Tensor:
    """Convolution over two axes.

    Examples
    --------
    >>> K.conv2d(np.ones((1, 4, 4, 1)), np.ones((3, 3, 1, 2))).shape
    (1, 2, 2, 2)
    """
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv3d(
    x: TensorLike,
    kernel: TensorLike,
    strides: Sequence[int] = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sequence[int] = (1, 1, 1),
) -> Tensor:
    """Convolution over three axes.

    Examples
    --------
    >>> K.conv3d(np.ones((1, 3, 3, 3, 1)), np.ones((3, 3, 3, 1, 2))).shape
    (1, 1, 1, 1, 2)
    """
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


@op
def conv2d_transpose(
    x: TensorLike,
    kernel: TensorLike,
    output_shape: Sequence[int],
    strides: Sequence[int] = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sequence[int] = (1, 1),
) -> Tensor:
    """Transposed convolution over two axes, to an output of a given shape.

    Examples
    --------
    >>> x, kernel = np.ones((1, 2, 2, 1)), np.ones((3, 3, 1, 1))
    >>> K.conv2d_transpose(x, kernel, (1, 5, 5, 1), strides=(2, 2)).shape
    (1, 5, 5, 1)
    """
    return _transposed(x, kernel, output_shape, strides, padding, data_format, dilation_rate)


@op
def conv3d_transpose(
    x: TensorLike,
    kernel: TensorLike,
    output_shape: Sequence[int],
    strides: Sequence[int] = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """Transposed convolution over three axes, to an output of a given shape.

    Examples
    --------
    >>> x, kernel = np.ones((1, 2, 2, 2, 1)), np.ones((3, 3, 3, 1, 1))
    >>> K.conv3d_transpose(x, kernel, (1, 4, 4, 4, 1)).shape
    (1, 4, 4, 4, 1)
    """
    return _transposed(x, kernel, output_shape, strides, padding, data_format, 1)


def _transposed(
    x: Any,
    kernel: Any,
    shape: Any,
    strides: Any,
    padding: str,
    data_format: str | None,
    dilation: Any,
) -> Tensor:
    """The gradient of the convolution that makes `x` of a tensor of the given shape."""
    x, kernel = ops.convert_to_tensor(x), ops.convert_to_tensor(kernel)
    data_format, rank = standard_format(data_format), kernel.ndim - 2
    x, window = channels_last(x, data_format), kernel.shape[:rank]
    first = data_format == "channels_first"
    wanted = [int(n) for n in (tuple(shape)[2:] if first else tuple(shape)[1:-1])]
    steps, gaps = spread("strides", strides, rank), spread("dilation_rate", dilation, rank)
    around = pads(padding, wanted, window, steps, gaps)
    made = [
        window_count(n + sum(sides), k, s, d)
        for n, sides, k, s, d in zip(wanted, around, window, steps, gaps, strict=True)
    ]
    if made != list(x.shape[1:-1]):
        raise ValueError(
            f"output_shape {tuple(shape)} convolves to {made}, not to the {list(x.shape[1:-1])} "
            "of the input."
        )
    y = convolution_input_grad(
        x,
        ops.cast(kernel, x.dtype),
        shape=(x.shape[0], *wanted, kernel.shape[-2]),
        strides=steps,
        padding=around,
        dilation=gaps,
    )
    return original_format(y, data_format)


def depthwise_conv2d(
    x: TensorLike,
    depthwise_kernel: TensorLike,
    strides: Sequence[int] = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sequence[int] = (1, 1),
) -> Tensor:
    """Convolution of each channel by itself.

    Examples
    --------
    >>> K.depthwise_conv2d(np.ones((1, 4, 4, 2)), np.ones((3, 3, 2, 1))).shape
    (1, 2, 2, 2)
    """
    return ops.depthwise_conv(x, depthwise_kernel, strides, padding, data_format, dilation_rate)


def separable_conv1d(
    x: TensorLike,
    depthwise_kernel: TensorLike,
    pointwise_kernel: TensorLike,
    strides: int = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: int = 1,
) -> Tensor:
    """Convolution of each channel over one axis, then of channels with one another.

    Examples
    --------
    >>> K.separable_conv1d(np.ones((1, 4, 2)), np.ones((3, 2, 1)), np.ones((1, 2, 5))).shape
    (1, 2, 5)
    """
    return ops.separable_conv(
        x, depthwise_kernel, pointwise_kernel, strides, padding, data_format, dilation_rate
    )


def separable_conv2d(
    x: TensorLike,
    depthwise_kernel: TensorLike,
    pointwise_kernel: TensorLike,
    strides: Sequence[int] = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sequence[int] = (1, 1),
) -> Tensor:
    """Convolution of each channel over two axes, then of channels with one another.

    Examples
    --------
    >>> depthwise, pointwise = np.ones((3, 3, 2, 1)), np.ones((1, 1, 2, 5))
    >>> K.separable_conv2d(np.ones((1, 4, 4, 2)), depthwise, pointwise).shape
    (1, 2, 2, 5)
    """
    return ops.separable_conv(
        x, depthwise_kernel, pointwise_kernel, strides, padding, data_format, dilation_rate
    )


def _pool(
    x: Any, pool_size: Any, strides: Any, padding: str, data_format: str | None, pool_mode: str
) -> Tensor:
    pools = {"max": ops.max_pool, "avg": ops.average_pool}
    if pool_mode not in pools:
        raise ValueError(f"pool_mode must be 'max' or 'avg', got {pool_mode!r}.")
    return pools[pool_mode](x, pool_size, strides, padding, data_format)


def pool2d(
    x: TensorLike,
    pool_size: Sequence[int],
    strides: Sequence[int] = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> Tensor:
    """Largest element or mean of windows over two axes.

    Examples
    --------
    >>> K.pool2d(np.ones((1, 4, 4, 1)), (2, 2), strides=(2, 2), pool_mode="avg").shape
    (1, 2, 2, 1)
    """
    return _pool(x, pool_size, strides, padding, data_format, pool_mode)


def pool3d(
    x: TensorLike,
    pool_size: Sequence[int],
    strides: Sequence[int] = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> Tensor:
    """Largest element or mean of windows over three axes.

    Examples
    --------
    >>> K.pool3d(np.ones((1, 4, 4, 4, 1)), (2, 2, 2), strides=(2, 2, 2)).shape
    (1, 2, 2, 2, 1)
    """
    return _pool(x, pool_size, strides, padding, data_format, pool_mode)
