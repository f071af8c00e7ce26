"""`tf.ragged`: rows of unequal lengths."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_keras.compat.tensorflow.rows_of_lengths import Ragged
from cornu_keras.compat.tensorflow.values import convert_to_tensor

__all__ = ["boolean_mask", "constant", "map_flat_values", "range", "stack"]


def constant(
    pylist: Any, dtype: Any = None, ragged_rank: Any = None, inner_shape: Any = None,
    name: Any = None, row_splits_dtype: Any = None,
) -> Ragged:  # fmt: skip
    """Return rows as lists write them.

    Examples
    --------
    >>> constant([[1, 2], [3]]).to_list()
    [[1, 2], [3]]
    """
    rows = Ragged(pylist)
    if dtype is None or str(dtype) == "string":
        return rows
    return rows.with_flat_values(np.asarray(rows.flat_values).astype(str(dtype)))


def stack(values: Any, axis: int = 0, name: Any = None) -> Ragged:
    """Return tensors of unequal lengths as rows."""
    if axis != 0:
        raise ValueError(f"tf.ragged.stack stacks along axis 0 here, not {axis}.")
    return Ragged(values)


def range(starts: Any, limits: Any = None, deltas: Any = 1, dtype: Any = None, **_: Any) -> Ragged:
    """Return rows of whole numbers."""
    if limits is None:
        starts, limits = np.zeros_like(np.asarray(convert_to_tensor(starts))), starts
    given = (np.asarray(convert_to_tensor(x)) for x in (starts, limits, deltas))
    bounds = np.broadcast_arrays(*given)
    kind = str(dtype) if dtype is not None else np.result_type(*bounds)
    return Ragged(np.arange(*b).astype(kind) for b in zip(*bounds, strict=True))


def boolean_mask(data: Any, mask: Any, name: Any = None) -> Ragged:
    """Return of each row what a mask is true for."""
    pairs = zip(data, mask, strict=True)
    return Ragged(np.asarray(convert_to_tensor(r))[np.asarray(c, bool)] for r, c in pairs)


def map_flat_values(op: Any, *args: Any, **kwargs: Any) -> Ragged:
    """Return rows of what a function makes of all values."""
    given = [a.flat_values if isinstance(a, Ragged) else a for a in args]
    rows = next(a for a in args if isinstance(a, Ragged))
    return rows.with_flat_values(np.asarray(op(*given, **kwargs)))
