"""Weights of recurrent layers as CuDNN, and so CuDNNLSTM and CuDNNGRU of Keras 2, keeps them."""

from __future__ import annotations

from typing import Any

import numpy as np


def from_cudnn(layer: Any, arrays: list[Any], gates: int) -> list[Any]:
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
