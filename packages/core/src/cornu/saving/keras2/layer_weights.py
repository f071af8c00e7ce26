"""Weights that Keras 2 laid out in another way than the layer that reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cornu_engine.files.hdf5 import Dataset, checked

Arrays = list[Any]  # arrays, or datasets of a file


def fitted(layer: Any, arrays: Arrays) -> Arrays:
    """Return a layer's arrays in the layout that the layer has here.

    Parameters
    ----------
    layer : Layer
        Built.
    arrays : list of array
        As many as the layer has weights, in their order.
    """
    for cls in type(layer).__mro__:
        rule = _RULES.get(cls.__name__)
        if rule is not None and cls.__module__.startswith("cornu_layers."):
            return rule(layer, [checked(x) if isinstance(x, Dataset) else x for x in arrays])
    return arrays


def _from_cudnn(layer: Any, arrays: Arrays, gates: int) -> Arrays:
    """CuDNN keeps each gate's kernel transposed, and a bias for inputs and one for states."""
    if len(arrays) != 3:
        return arrays
    kernel, recurrent, bias = arrays
    units = layer.units
    if bias.shape != (2 * gates * units,) or kernel.ndim != 2:
        return arrays
    kernel = np.hstack([k.T.reshape(k.shape, order="F") for k in np.hsplit(kernel, gates)])
    recurrent = np.hstack([k.T for k in np.hsplit(recurrent, gates)])
    halves = bias.reshape(2, -1)
    return [kernel, recurrent, halves.sum(axis=0) if gates == 4 else halves]


def _lstm(layer: Any, arrays: Arrays) -> Arrays:
    return _from_cudnn(layer, arrays, gates=4)


def _gru(layer: Any, arrays: Arrays) -> Arrays:
    return _from_cudnn(layer, arrays, gates=3)


def _both_ways(layer: Any, arrays: Arrays) -> Arrays:
    half = len(arrays) // 2
    return [
        *fitted(layer.forward_layer, arrays[:half]),
        *fitted(layer.backward_layer, arrays[half:]),
    ]


def _local_1d(layer: Any, arrays: Arrays) -> Arrays:
    return [_local_kernel(layer, arrays[0], 1), *arrays[1:]] if arrays else arrays


def _local_2d(layer: Any, arrays: Arrays) -> Arrays:
    return [_local_kernel(layer, arrays[0], 2), *arrays[1:]] if arrays else arrays


def _local_kernel(layer: Any, kernel: np.ndarray, rank: int) -> np.ndarray:
    """Return the kernel by places and patches, from any of tf_keras' implementations."""
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
    found = np.empty(wanted, kernel.dtype)
    sizes = whole.shape[rank + 1 : 2 * rank + 1]
    for number, (place, patch) in enumerate(zip(np.ndindex(*sizes), places, strict=True)):
        everywhere = (slice(None), *place)
        rows = [whole[where + everywhere] for where in patch]
        found[number] = np.stack(rows).reshape(wanted[1:])
    return found


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
    found = np.empty(kernel.size, kernel.dtype)
    found[np.argsort(keys.ravel())] = kernel
    return found.reshape(wanted)


_RULES: dict[str, Callable[[Any, Arrays], Arrays]] = {
    "LSTM": _lstm,
    "GRU": _gru,
    "Bidirectional": _both_ways,
    "LocallyConnected1D": _local_1d,
    "LocallyConnected2D": _local_2d,
}
