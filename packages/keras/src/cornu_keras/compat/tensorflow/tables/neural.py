"""`tf.nn`: activations, windows, losses of logits."""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_keras.compat.tensorflow.graphs import default_graph, is_symbolic, recorded
from cornu_ops import random


def _windows(stride: Any, ndim: int) -> Any:
    """Return what goes over the space, of numbers for all axes or for the space alone."""
    if isinstance(stride, int):
        return (stride,) * ndim
    sizes = tuple(stride)
    if len(sizes) == ndim + 2:
        return sizes[1:-1]
    return sizes * ndim if len(sizes) == 1 else sizes


def _format(data_format: str | None) -> str:
    return "channels_first" if (data_format or "NHWC").startswith("NC") else "channels_last"


def _padding(padding: Any) -> Any:
    return padding.lower() if isinstance(padding, str) else padding


def _conv(ndim: int) -> Any:
    def conv(
        input: Any, filters: Any, strides: Any, padding: Any, data_format: Any = None,
        dilations: Any = 1,
    ) -> Any:  # fmt: skip
        return ops.conv(
            input, filters, _windows(strides, ndim), _padding(padding), _format(data_format),
            _windows(1 if dilations is None else dilations, ndim),
        )  # fmt: skip

    return conv


def _conv1d(
    input: Any, filters: Any, stride: Any = 1, padding: Any = "VALID", data_format: Any = "NWC",
    dilations: Any = None,
) -> Any:  # fmt: skip
    return _conv(1)(input, filters, stride, padding, data_format, dilations)


def _conv_transpose(ndim: int) -> Any:
    def conv(
        input: Any, filters: Any, output_shape: Any, strides: Any, padding: Any = "SAME",
        data_format: Any = None, dilations: Any = None,
    ) -> Any:  # fmt: skip
        steps, kernel = _windows(strides, ndim), filters.shape[:ndim]
        same = _padding(padding) == "same"
        extra = None
        if isinstance(output_shape, (list, tuple, np.ndarray)):
            wanted = [int(n) for n in output_shape[1:-1]]
            least = [
                (n - 1) * s + k - 2 * (k // 2 if same else 0)
                for n, s, k in zip(input.shape[1:-1], steps, kernel, strict=True)
            ]
            extra = tuple(n - low for n, low in zip(wanted, least, strict=True))
        return ops.conv_transpose(
            input, filters, steps, _padding(padding), extra, _format(data_format), 1
        )

    return conv


def _pool(kind: str, ndim: int) -> Any:
    function = getattr(ops, f"{kind}_pool")

    def pool(input: Any, ksize: Any, strides: Any, padding: Any, data_format: Any = None) -> Any:
        return function(
            input, _windows(ksize, ndim), _windows(strides, ndim), _padding(padding),
            _format(data_format),
        )  # fmt: skip

    return pool


def _depthwise(
    input: Any, filter: Any, strides: Any, padding: Any, data_format: Any = None,
    dilations: Any = None,
) -> Any:  # fmt: skip
    return ops.depthwise_conv(
        input, filter, _windows(strides, 2), _padding(padding), _format(data_format),
        _windows(dilations or 1, 2),
    )  # fmt: skip


def _separable(
    input: Any, depthwise_filter: Any, pointwise_filter: Any, strides: Any, padding: Any,
    data_format: Any = None, dilations: Any = None,
) -> Any:  # fmt: skip
    return ops.separable_conv(
        input, depthwise_filter, pointwise_filter, _windows(strides, 2), _padding(padding),
        _format(data_format), _windows(dilations or 1, 2),
    )  # fmt: skip


def _with_logits(labels: Any, logits: Any) -> Any:
    x, z = ops.convert_to_tensor(logits), labels
    return ops.add(
        ops.subtract(ops.relu(x), ops.multiply(x, z)), ops.log1p(ops.exp(ops.negative(ops.abs(x))))
    )


def _weighted(labels: Any, logits: Any, pos_weight: Any) -> Any:
    x, z = ops.convert_to_tensor(logits), ops.convert_to_tensor(labels)
    scale = ops.add(1.0, ops.multiply(ops.subtract(pos_weight, 1.0), z))
    tail = ops.add(ops.log1p(ops.exp(ops.negative(ops.abs(x)))), ops.relu(ops.negative(x)))
    return ops.add(ops.multiply(ops.subtract(1.0, z), x), ops.multiply(scale, tail))


def _softmax_loss(labels: Any, logits: Any, axis: int = -1) -> Any:
    return ops.negative(ops.sum(ops.multiply(labels, ops.log_softmax(logits, axis)), axis))


def _sparse_softmax_loss(labels: Any, logits: Any) -> Any:
    return ops.sparse_categorical_crossentropy(labels, logits, from_logits=True)


def _normalized(x: Any, axis: Any = None, epsilon: float = 1e-12) -> Any:
    total = ops.sum(ops.square(x), axis, keepdims=True)
    return ops.multiply(x, ops.rsqrt(ops.maximum(total, epsilon)))


def _moments(x: Any, axes: Any, shift: Any = None, keepdims: bool = False) -> Any:
    return ops.moments(x, tuple(axes), keepdims)


def _batch_normalized(
    x: Any, mean: Any, variance: Any, offset: Any, scale: Any, variance_epsilon: float
) -> Any:
    factor = ops.rsqrt(ops.add(variance, variance_epsilon))
    if scale is not None:
        factor = ops.multiply(factor, scale)
    result = ops.multiply(ops.subtract(x, mean), factor)
    return result if offset is None else ops.add(result, offset)


def _dropout(
    x: Any, *amount: Any, rate: Any = None, keep_prob: Any = None, noise_shape: Any = None,
    seed: Any = None,
) -> Any:  # fmt: skip
    if amount:  # the part to drop, or in graphs of TensorFlow 1 to keep
        told = dict(zip(("part", "noise_shape", "seed"), amount, strict=False))
        noise_shape, seed = told.get("noise_shape", noise_shape), told.get("seed", seed)
        if default_graph().has_placeholders:
            keep_prob = amount[0]
        else:
            rate = amount[0]
    if rate is None and keep_prob is None:
        raise TypeError("dropout() needs rate=, the part to drop.")
    if not is_symbolic(rate) and not is_symbolic(keep_prob):
        return random.dropout(x, 1.0 - keep_prob if rate is None else rate, noise_shape, seed)

    def drop(x: Any, kept: Any) -> Any:
        drawn = random.uniform(noise_shape or x.shape, seed=seed)
        return ops.where(ops.less(drawn, kept), ops.divide(x, kept), 0.0)

    return recorded(drop, x, keep_prob if rate is None else ops.subtract(1.0, rate))


def _local_response(
    input: Any, depth_radius: int = 5, bias: float = 1.0, alpha: float = 1.0, beta: float = 0.5
) -> Any:
    channels = int(input.shape[-1])
    near = np.abs(np.arange(channels)[:, None] - np.arange(channels)) <= depth_radius
    total = ops.matmul(ops.square(input), near.astype("float32"))
    return ops.divide(input, ops.power(ops.add(bias, ops.multiply(alpha, total)), beta))


def _embedding(params: Any, ids: Any, max_norm: Any = None) -> Any:
    rows = ops.take(params, ids, 0)
    if max_norm is None:
        return rows
    norm = ops.sqrt(ops.sum(ops.square(rows), -1, keepdims=True))
    return ops.multiply(rows, ops.minimum(1.0, ops.divide(max_norm, norm)))


def _average_loss(
    per_example_loss: Any, sample_weight: Any = None, global_batch_size: Any = None
) -> Any:
    losses = ops.convert_to_tensor(per_example_loss)
    size = losses.shape[0] if global_batch_size is None else global_batch_size
    losses = losses if sample_weight is None else ops.multiply(losses, sample_weight)
    return ops.divide(ops.sum(losses), size)


def _log_poisson(targets: Any, log_input: Any, compute_full_loss: bool = False) -> Any:
    """Return `exp(c) - z c`, with Stirling's formula for `log(z!)` where all of it is wanted."""
    z, c = ops.convert_to_tensor(targets), ops.convert_to_tensor(log_input)
    loss = ops.subtract(ops.exp(c), ops.multiply(c, z))
    if compute_full_loss:
        small = ops.logical_and(ops.greater_equal(z, 0), ops.less_equal(z, 1))
        safe = ops.where(small, 1.0, z)
        root = ops.multiply(0.5, ops.log(ops.multiply(2 * np.pi, safe)))
        stirling = ops.add(ops.subtract(ops.multiply(safe, ops.log(safe)), safe), root)
        loss = ops.add(loss, ops.where(small, 0.0, stirling))
    return loss


def _convolution(
    input: Any, filters: Any, strides: Any = None, padding: Any = "VALID", data_format: Any = None,
    dilations: Any = None,
) -> Any:  # fmt: skip
    return _conv(len(filters.shape) - 2)(
        input, filters, 1 if strides is None else strides, padding, data_format, dilations
    )


ROWS = {
    "nn.xw_plus_b": lambda x, weights, biases: ops.add(ops.matmul(x, weights), biases),
    "nn.compute_average_loss": _average_loss,
    "nn.log_poisson_loss": _log_poisson,
    "nn.convolution": _convolution,
    "nn.relu": lambda features: ops.relu(features),
    "nn.relu6": lambda features: ops.relu6(features),
    "nn.elu": lambda features, alpha=1.0: ops.elu(features, alpha),
    "nn.selu": lambda features: ops.selu(features),
    "nn.gelu": lambda features, approximate=False: ops.gelu(features, approximate),
    "nn.silu nn.swish": lambda features, beta=1.0: ops.multiply(
        features, ops.sigmoid(ops.multiply(beta, features))
    ),
    "nn.leaky_relu": lambda features, alpha=0.2: ops.leaky_relu(features, alpha),
    "nn.crelu": lambda features, axis=-1: ops.concatenate(
        [ops.relu(features), ops.relu(ops.negative(features))], axis
    ),
    "nn.softmax math.softmax": lambda logits, axis=-1: ops.softmax(logits, axis),
    "nn.log_softmax math.log_softmax": lambda logits, axis=-1: ops.log_softmax(logits, axis),
    "nn.sigmoid_cross_entropy_with_logits": _with_logits,
    "nn.weighted_cross_entropy_with_logits": _weighted,
    "nn.softmax_cross_entropy_with_logits": _softmax_loss,
    "nn.sparse_softmax_cross_entropy_with_logits": _sparse_softmax_loss,
    "nn.l2_loss": lambda t: ops.divide(ops.sum(ops.square(t)), 2.0),
    "nn.l2_normalize math.l2_normalize linalg.l2_normalize": _normalized,
    "nn.bias_add": lambda value, bias, data_format=None: ops.add(
        value,
        bias
        if _format(data_format) == "channels_last"
        else ops.reshape(bias, (-1,) + (1,) * (len(value.shape) - 2)),
    ),
    "nn.conv1d": _conv1d,
    "nn.conv2d": _conv(2),
    "nn.conv3d": _conv(3),
    "nn.conv2d_transpose": _conv_transpose(2),
    "nn.conv1d_transpose": _conv_transpose(1),
    "nn.conv3d_transpose": _conv_transpose(3),
    "nn.depthwise_conv2d": _depthwise,
    "nn.separable_conv2d": _separable,
    "nn.max_pool1d": _pool("max", 1),
    "nn.max_pool nn.max_pool2d": _pool("max", 2),
    "nn.max_pool3d": _pool("max", 3),
    "nn.avg_pool1d": _pool("average", 1),
    "nn.avg_pool nn.avg_pool2d": _pool("average", 2),
    "nn.avg_pool3d": _pool("average", 3),
    "nn.moments": _moments,
    "nn.batch_normalization": _batch_normalized,
    "nn.dropout": _dropout,
    "nn.embedding_lookup": _embedding,
    "nn.local_response_normalization nn.lrn": _local_response,
    "nn.zero_fraction math.zero_fraction": lambda value: ops.mean(
        ops.cast(ops.equal(value, 0), "float32")
    ),
}
