"""Shapes with Keras 2's argument names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cornu_ops as ops
from cornu_engine.trace import op
from cornu_ops.values import Tensor, TensorLike
from cornu_ops.windowed import standard_format


def shape(x: TensorLike) -> tuple[int | None, ...]:
    """The shape of a tensor.

    Examples
    --------
    >>> K.shape(np.zeros((2, 3)))
    (2, 3)
    """
    return ops.shape(x)


def reshape(x: TensorLike, shape: Sequence[int]) -> Tensor:
    """The same elements in another shape; one entry may be -1.

    Examples
    --------
    >>> K.reshape([[1, 2], [3, 4]], (-1,))
    array([1, 2, 3, 4], dtype=int32)
    """
    return ops.reshape(x, shape)


def concatenate(tensors: Sequence[TensorLike], axis: int = -1) -> Tensor:
    """Tensors joined along an axis.

    Examples
    --------
    >>> K.concatenate([[1, 2], [3]])
    array([1, 2, 3], dtype=int32)
    """
    return ops.concatenate(tensors, axis)


def expand_dims(x: TensorLike, axis: int = -1) -> Tensor:
    """A new axis of size 1.

    Examples
    --------
    >>> K.expand_dims([1, 2]).shape
    (2, 1)
    """
    return ops.expand_dims(x, axis)


def permute_dimensions(x: TensorLike, pattern: Sequence[int]) -> Tensor:
    """Axes in another order.

    Examples
    --------
    >>> K.permute_dimensions(np.zeros((2, 3, 4)), (0, 2, 1)).shape
    (2, 4, 3)
    """
    return ops.transpose(x, pattern)


def flatten(x: TensorLike) -> Tensor:
    """All elements as a vector.

    Examples
    --------
    >>> K.flatten([[1, 2], [3, 4]])
    array([1, 2, 3, 4], dtype=int32)
    """
    return ops.ravel(x)


@op
def batch_flatten(x: TensorLike) -> Tensor:
    """All axes after the first joined into one.

    Examples
    --------
    >>> K.batch_flatten(np.zeros((2, 3, 4))).shape
    (2, 12)
    """
    x = ops.convert_to_tensor(x)
    return ops.reshape(x, (x.shape[0], -1))


def repeat_elements(x: TensorLike, rep: int, axis: int) -> Tensor:
    """Each element repeated along an axis.

    Examples
    --------
    >>> K.repeat_elements(np.array([1, 2]), 2, axis=0)
    array([1, 1, 2, 2])
    """
    return ops.repeat(x, rep, axis)


def repeat(x: TensorLike, n: int) -> Tensor:
    """A matrix `(batch, size)` repeated along a new second axis.

    Examples
    --------
    >>> K.repeat(np.zeros((2, 3)), 4).shape
    (2, 4, 3)
    """
    return ops.repeat(ops.expand_dims(x, 1), n, 1)


def tile(x: TensorLike, n: int | Sequence[int]) -> Tensor:
    """The whole of `x` repeated along each axis.

    Examples
    --------
    >>> K.tile([1, 2], 2)
    array([1, 2, 1, 2], dtype=int32)
    """
    return ops.tile(x, n)


def reverse(x: TensorLike, axes: int | Sequence[int]) -> Tensor:
    """Elements in reverse order along axes.

    Examples
    --------
    >>> K.reverse([1, 2, 3], 0)
    array([3, 2, 1], dtype=int32)
    """
    return ops.flip(x, axes)


def slice(x: TensorLike, start: Sequence[int], size: Sequence[int]) -> Tensor:
    """The block of a given size that begins at given positions; -1 takes all that is left.

    Examples
    --------
    >>> K.slice(np.arange(4), [1], [2])
    array([1, 2])
    """
    return ops.slice(x, start, size)


def temporal_padding(x: TensorLike, padding: Sequence[int] = (1, 1)) -> Tensor:
    """Zeros before and after the middle axis of `(batch, steps, size)`.

    Examples
    --------
    >>> K.temporal_padding(np.ones((1, 2, 3)), (1, 2)).shape
    (1, 5, 3)
    """
    return ops.pad(x, ((0, 0), tuple(padding), (0, 0)))


def _spatial(x: TensorLike, padding: Sequence[Sequence[int]], data_format: str | None) -> Tensor:
    inner = tuple(tuple(pair) for pair in padding)
    if standard_format(data_format) == "channels_first":
        return ops.pad(x, ((0, 0), (0, 0), *inner))
    return ops.pad(x, ((0, 0), *inner, (0, 0)))


def spatial_2d_padding(
    x: TensorLike,
    padding: Sequence[Sequence[int]] = ((1, 1), (1, 1)),
    data_format: str | None = None,
) -> Tensor:
    """Zeros around the two spatial axes of images.

    Examples
    --------
    >>> K.spatial_2d_padding(np.ones((1, 2, 2, 3)), data_format="channels_last").shape
    (1, 4, 4, 3)
    """
    return _spatial(x, padding, data_format)


def spatial_3d_padding(
    x: TensorLike,
    padding: Sequence[Sequence[int]] = ((1, 1), (1, 1), (1, 1)),
    data_format: str | None = None,
) -> Tensor:
    """Zeros around the three spatial axes of volumes.

    Examples
    --------
    >>> K.spatial_3d_padding(np.ones((1, 2, 2, 2, 3)), data_format="channels_last").shape
    (1, 4, 4, 4, 3)
    """
    return _spatial(x, padding, data_format)


@op
def resize_images(
    x: TensorLike,
    height_factor: int,
    width_factor: int,
    data_format: str,
    interpolation: str = "nearest",
) -> Tensor:
    """Images made larger by whole factors.

    Parameters
    ----------
    x
        `(batch, height, width, channels)`, or channels first.
    height_factor, width_factor
        How many times higher and wider.
    data_format
        `"channels_last"` or `"channels_first"`.
    interpolation
        `"nearest"` or `"bilinear"`.

    Examples
    --------
    >>> K.resize_images(np.ones((1, 2, 2, 3)), 2, 3, "channels_last").shape
    (1, 4, 6, 3)
    """
    rows = _first_spatial(data_format)
    if interpolation == "nearest":
        return ops.repeat(ops.repeat(x, height_factor, rows), width_factor, rows + 1)
    x = ops.convert_to_tensor(x)
    size = (x.shape[rows] * height_factor, x.shape[rows + 1] * width_factor)
    return ops.image.resize(x, size, interpolation=interpolation, data_format=data_format)


@op
def resize_volumes(
    x: TensorLike, depth_factor: int, height_factor: int, width_factor: int, data_format: str
) -> Tensor:
    """Volumes made larger by whole factors, each element being repeated.

    Examples
    --------
    >>> K.resize_volumes(np.ones((1, 2, 2, 2, 3)), 2, 1, 1, "channels_last").shape
    (1, 4, 2, 2, 3)
    """
    axis = _first_spatial(data_format)
    for offset, factor in enumerate((depth_factor, height_factor, width_factor)):
        x = ops.repeat(x, factor, axis + offset)
    return x


def _first_spatial(data_format: Any) -> int:
    return 1 if standard_format(data_format) == "channels_last" else 2
