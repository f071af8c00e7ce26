"""The gates of an LSTM, whatever made them: products or convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu.plugins import registry
from cornu_layers import arguments


def make_bias(cell: Any, columns: int) -> Any:
    """Make the bias of a cell, columns i, f, c, o; those of f are 1 if `unit_forget_bias`."""
    first = cell.bias_initializer or registry.get("initializer", "zeros")

    def forgetful(shape: Sequence[int], dtype: Any = None) -> np.ndarray:
        size = columns // 4
        before, after = first((size,), dtype=dtype), first((2 * size,), dtype=dtype)
        return np.concatenate([before, np.ones((size,), dtype), after])

    initializer = forgetful if cell.unit_forget_bias else None
    return arguments.add_parameter(cell, "bias", (columns,), initializer=initializer)


def through(cell: Any, z: Any, c: Any, axis: int) -> tuple[Any, Any]:
    """Return the new $h$ and $c$, from what comes to the gates i, f, c, o along an axis."""
    z_i, z_f, z_c, z_o = ops.split(z, 4, axis=axis)
    i, f = cell.recurrent_activation(z_i), cell.recurrent_activation(z_f)
    c = f * c + i * cell.activation(z_c)
    return cell.recurrent_activation(z_o) * cell.activation(c), c
