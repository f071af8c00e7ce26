"""Connectionist temporal classification and unshared convolution with Keras 2's argument names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu import config
from cornu_engine.trace import op
from cornu_ops.values import Tensor, TensorLike
from cornu_ops.windowed import channels_last, original_format, standard_format


@op
def ctc_batch_cost(
    y_true: TensorLike, y_pred: TensorLike, input_length: TensorLike, label_length: TensorLike
) -> Tensor:
    """Minus the log-probability of each label sequence; the last class stands for no label.

    Parameters
    ----------
    y_true
        Classes `(batch, labels)`.
    y_pred
        Probabilities `(batch, steps, classes)`.
    input_length, label_length
        How many steps and labels count, `(batch, 1)`.

    Returns
    -------
    Tensor
        `(batch, 1)`.

    Examples
    --------
    >>> chances = np.full((1, 2, 3), 1 / 3)
    >>> np.exp(-K.ctc_batch_cost([[0]], chances, [[2]], [[1]])).round(4)
    array([[0.3333]])
    """
    scores = ops.log(ops.add(ops.convert_to_tensor(y_pred), config.epsilon()))
    cost = ops.ctc_loss(
        ops.cast(y_true, "int32"),
        scores,
        ops.reshape(label_length, (-1,)),
        ops.reshape(input_length, (-1,)),
        mask_index=scores.shape[-1] - 1,
    )
    return ops.expand_dims(cost, 1)


def ctc_decode(
    y_pred: TensorLike,
    input_length: TensorLike,
    greedy: bool = True,
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = False,
) -> tuple[list[Tensor], Tensor]:
    """The label sequences that probabilities speak for; the last class stands for no label.

    Parameters
    ----------
    y_pred
        Probabilities `(batch, steps, classes)`.
    input_length
        How many steps count in each sample, `(batch,)`.
    greedy
        The best class of each step; else a beam search, for plain arrays.
    beam_width, top_paths
        How many sequences the beam search follows and returns.
    merge_repeated
        Accepted for Keras 2's sake: a class repeated from step to step is one label.

    Returns
    -------
    labels, scores
        A list of `(batch, steps)` filled up with -1, and `(batch, top_paths)`.

    Examples
    --------
    >>> chances = np.eye(3, dtype="float32")[[[0, 0, 2, 1]]]
    >>> K.ctc_decode(chances, [4])[0][0]
    array([[ 0,  1, -1, -1]], dtype=int32)
    """
    scores = ops.log(ops.add(ops.convert_to_tensor(y_pred), config.epsilon()))
    strategy = "greedy" if greedy else "beam_search"
    blank = int(scores.shape[-1]) - 1
    labels, total = ops.ctc_decode(
        scores, input_length, strategy, beam_width, top_paths, mask_index=blank
    )
    return [labels[i] for i in range(1 if greedy else top_paths)], total


def _unshared(patches: Tensor, kernel: TensorLike, steps: Sequence[int]) -> Tensor:
    """A product of each patch with the kernel of its own place."""
    batch, size = patches.shape[0], patches.shape[-1]
    rows = ops.reshape(patches, (batch, int(np.prod(steps)), size))
    products = ops.einsum("bpk,pkf->bpf", rows, kernel)
    return ops.reshape(products, (batch, *steps, products.shape[-1]))


def _local(
    x: TensorLike, kernel: TensorLike, size: Any, strides: Any, data_format: str | None
) -> Tensor:
    data_format = standard_format(data_format)
    x = channels_last(ops.convert_to_tensor(x), data_format)
    window, channels = int(np.prod(size)), x.shape[-1]
    flat = len(size) == 1
    x = ops.expand_dims(x, 1) if flat else x
    size, strides = ((1, *size), (1, *strides)) if flat else (tuple(size), tuple(strides))
    patches = ops.image.extract_patches(x, size, strides, data_format="channels_last")
    if data_format == "channels_first":  # there a kernel has the channels before the window
        parts = ops.reshape(patches, (*patches.shape[:-1], window, channels))
        patches = ops.reshape(ops.swapaxes(parts, -1, -2), patches.shape)
    steps = patches.shape[2:3] if flat else patches.shape[1:3]
    return original_format(_unshared(patches, kernel, steps), data_format)


@op
def local_conv1d(
    inputs: TensorLike,
    kernel: TensorLike,
    kernel_size: Sequence[int],
    strides: Sequence[int],
    data_format: str | None = None,
) -> Tensor:
    """Convolution over one axis with another kernel at each place.

    Parameters
    ----------
    inputs
        `(batch, steps, channels)`, or channels first.
    kernel
        `(places, window * channels, filters)`.
    kernel_size, strides
        One number each, in a tuple.
    data_format
        `"channels_last"` or `"channels_first"`.

    Examples
    --------
    >>> K.local_conv1d(np.ones((1, 4, 2)), np.ones((3, 4, 5)), (2,), (1,)).shape
    (1, 3, 5)
    """
    return _local(inputs, kernel, kernel_size, strides, data_format)


@op
def local_conv2d(
    inputs: TensorLike,
    kernel: TensorLike,
    kernel_size: Sequence[int],
    strides: Sequence[int],
    output_shape: Sequence[int],
    data_format: str | None = None,
) -> Tensor:
    """Convolution over two axes with another kernel at each place.

    Parameters
    ----------
    inputs
        `(batch, height, width, channels)`, or channels first.
    kernel
        `(rows * columns, window * channels, filters)`.
    kernel_size, strides
        Two numbers each.
    output_shape
        Rows and columns of the result, which follow from the others.
    data_format
        `"channels_last"` or `"channels_first"`.

    Examples
    --------
    >>> x, kernel = np.ones((1, 3, 3, 2)), np.ones((4, 8, 5))
    >>> K.local_conv2d(x, kernel, (2, 2), (1, 1), (2, 2)).shape
    (1, 2, 2, 5)
    """
    return _local(inputs, kernel, kernel_size, strides, data_format)
