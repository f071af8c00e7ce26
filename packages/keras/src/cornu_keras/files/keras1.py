"""Weights as Keras 1 laid them out: arrays for each gate, and kernels in the order of Theano."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["from_keras1", "is_of_keras1"]

# The gates of a recurrent layer in the order of Keras 2, as places in that of Keras 1.
_GATES = {"GRU": (0, 1, 2), "LSTM": (0, 2, 1, 3), "ConvLSTM2D": (0, 2, 1, 3)}
# Axes of Keras 1's kernels in the order of Keras 2's.
_AXES = {
    ("Conv2D", "channels_first"): (2, 3, 1, 0),
    ("Conv2DTranspose", "channels_first"): (2, 3, 0, 1),
    ("Conv2DTranspose", "channels_last"): (0, 1, 3, 2),
    ("Conv3D", "channels_first"): (2, 3, 4, 1, 0),
    ("ConvLSTM2D", "channels_first"): (2, 3, 1, 0),
}


def is_of_keras1(version: Any) -> bool:
    """Tell whether a file's `keras_version` is of Keras 1, which wrote none at first."""
    return version is None or str(version).startswith("1")


def from_keras1(layer: Any, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return arrays of Keras 1 as the same layer of Keras 2 has them.

    Parameters
    ----------
    layer : Layer
        Built.
    arrays : sequence of ndarray
        What is trained first.

    Examples
    --------
    >>> import cornu
    >>> layer = cornu.layers.LSTM(1)
    >>> layer.build((None, 2, 1))
    >>> gates = [(np.full((1, 1), i), np.full((1, 1), i), np.full(1, i)) for i in range(4)]
    >>> from_keras1(layer, [x for gate in gates for x in gate])[0]
    array([[0, 2, 1, 3]])
    """
    arrays = list(arrays)
    kind = type(layer).__name__
    if kind == "Bidirectional":
        half = len(arrays) // 2
        forward = from_keras1(layer.forward_layer, arrays[:half])
        return [*forward, *from_keras1(layer.backward_layer, arrays[half:])]
    if kind == "TimeDistributed":
        return from_keras1(layer.layer, arrays)
    if hasattr(layer, "layers"):
        return _of_layers(layer.layers, arrays)
    return _turned(layer, kind, _joined(kind, arrays))


def _of_layers(layers: Sequence[Any], arrays: list[np.ndarray]) -> list[np.ndarray]:
    found: list[np.ndarray] = []
    for part in ("trainable_weights", "non_trainable_weights"):
        for layer in layers:
            count = len(getattr(layer, part))
            if count:
                found += from_keras1(layer, arrays[:count])
                arrays = arrays[count:]
    return found


def _joined(kind: str, arrays: list[np.ndarray]) -> list[np.ndarray]:
    gates = _GATES.get(kind, ())
    if not gates or len(arrays) != 3 * len(gates):
        return arrays
    return [np.concatenate([arrays[3 * g + part] for g in gates], axis=-1) for part in range(3)]


def _turned(layer: Any, kind: str, arrays: list[np.ndarray]) -> list[np.ndarray]:
    axes = _AXES.get((kind, str(getattr(layer, "data_format", ""))))
    if kind == "Conv1D" and arrays[0].ndim == 4:
        shape, (size,) = arrays[0].shape, layer.kernel_size
        first = shape[:2] != (size, 1) or shape[3] != layer.filters
        kernel = np.transpose(arrays[0], (2, 3, 1, 0)) if first else arrays[0]
        return [kernel[:, 0], *arrays[1:]]
    if axes is None:
        return arrays
    kernels = 2 if kind == "ConvLSTM2D" else 1
    return [np.transpose(x, axes) for x in arrays[:kernels]] + arrays[kernels:]
