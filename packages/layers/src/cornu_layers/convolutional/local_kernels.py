"""Kernels of locally connected layers as the three implementations of tf_keras keep them."""

from __future__ import annotations

from typing import Any

import numpy as np


def local_kernel(layer: Any, kernel: np.ndarray) -> np.ndarray:
    """Return the kernel by places and patches, from any of tf_keras' implementations."""
    rank = layer.rank
    wanted = tuple(layer.kernel.shape)  # (places, patch * channels, filters)
    if kernel.shape == wanted:
        return kernel
    places = _places(layer, rank)
    if kernel.ndim == 1 and kernel.size == int(np.prod(wanted)):  # 3: what is not zero, sorted
        return _from_sparse(layer, kernel, places, wanted)
    if kernel.ndim != 2 * rank + 2:
        return kernel
    first = layer.data_format == "channels_first"
    spatial = tuple(range(1, rank + 1)) if first else tuple(range(rank))
    outs = tuple(n + rank + 1 for n in spatial)
    channel, out = (0, rank + 1) if first else (rank, 2 * rank + 1)
    whole = kernel.transpose(*spatial, channel, *outs, out)
    by_place = np.empty(wanted, kernel.dtype)
    sizes = whole.shape[rank + 1 : 2 * rank + 1]
    for number, (place, patch) in enumerate(zip(np.ndindex(*sizes), places, strict=True)):
        everywhere = (slice(None), *place)
        rows = [whole[where + everywhere] for where in patch]
        by_place[number] = np.stack(rows).reshape(wanted[1:])
    return by_place


def _places(layer: Any, rank: int) -> list[list[tuple[int, ...]]]:
    """Return the places of the input that each output looks at, in order."""
    size = _pair(layer.kernel_size, rank)
    strides = _pair(layer.strides, rank)
    shape = layer.input_spec.shape
    first = layer.data_format == "channels_first"
    inputs = shape[2:] if first else shape[1:-1]
    outputs = [(n - k) // s + 1 for n, k, s in zip(inputs, size, strides, strict=True)]
    return [
        [
            tuple(p * s + offset for p, s, offset in zip(place, strides, offsets, strict=True))
            for offsets in np.ndindex(*size)
        ]
        for place in np.ndindex(*outputs)
    ]


def _pair(value: Any, rank: int) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, (list, tuple)) else (value,) * rank


def _from_sparse(
    layer: Any, kernel: np.ndarray, places: list[list[tuple[int, ...]]], wanted: tuple[int, ...]
) -> np.ndarray:
    """Entries of a matrix from outputs to inputs, sorted by row and column."""
    channels = wanted[1] // len(places[0])
    filters = wanted[2]
    rank = len(places[0][0])
    first = layer.data_format == "channels_first"
    shape = layer.input_spec.shape
    inputs = shape[2:] if first else shape[1:-1]
    count, outputs = int(np.prod(inputs)), len(places)
    keys = np.empty(wanted, np.int64)
    strides = np.array([int(np.prod(inputs[i + 1 :])) for i in range(rank)])
    for number, patch in enumerate(places):
        spots = np.array([int((np.array(where) * strides).sum()) for where in patch])
        for channel in range(channels):
            column = channel * count + spots if first else spots * channels + channel
            for out in range(filters):
                row = out * outputs + number if first else number * filters + out
                rows = np.arange(len(patch)) * channels + channel
                keys[number, rows, out] = row * (count * channels) + column
    sorted_kernel = np.empty(kernel.size, kernel.dtype)
    sorted_kernel[np.argsort(keys.ravel())] = kernel
    return sorted_kernel.reshape(wanted)
