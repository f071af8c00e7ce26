"""Texts and complex numbers, which no program holds: NumPy's functions move and compare them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

__all__ = ["beyond_programs", "by_numpy"]


def beyond_programs(args: Iterable[Any]) -> bool:
    """Tell whether one of these is an array of texts or of complex numbers, or a list of such."""
    return any(
        x.dtype.kind in "OSUc"
        if isinstance(x, np.ndarray)
        else isinstance(x, (str, bytes, complex))
        or (isinstance(x, (list, tuple)) and bool(x) and beyond_programs(x[:1]))
        for x in args
    )


def by_numpy(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what NumPy has for a name of TensorFlow's, else the function itself."""
    return _TWINS.get(name, function)


def _stacked(values: Any, axis: int = 0) -> Any:
    return np.stack([np.asarray(v) for v in values], axis)


def _split(value: Any, num_or_size_splits: Any, axis: int = 0, num: Any = None) -> Any:
    cuts = num_or_size_splits
    cuts = cuts if isinstance(cuts, int) else np.cumsum(np.asarray(cuts))[:-1].tolist()
    return np.split(np.asarray(value), cuts, axis)


def _where(condition: Any, x: Any = None, y: Any = None) -> Any:
    if x is None:
        return np.argwhere(np.asarray(condition))
    return np.where(np.asarray(condition), np.asarray(x), np.asarray(y))


def _bytes_equal(x: Any, y: Any) -> Any:
    from cornu_keras.compat.tensorflow.texts import as_text

    if np.asarray(x).dtype.kind == "c" or np.asarray(y).dtype.kind == "c":
        return np.equal(x, y)
    return as_text(x) == as_text(y)


def _unique(x: Any, out_idx: Any = "int32") -> Any:
    values, first, inverse = np.unique(np.asarray(x), return_index=True, return_inverse=True)
    order = np.argsort(first)
    return values[order], np.argsort(order)[inverse.reshape(-1)].astype(str(out_idx))


_TWINS: dict[str, Callable[..., Any]] = {
    "abs": lambda x: np.abs(x),
    "angle": lambda x: np.angle(x),
    "boolean_mask": lambda tensor, mask, axis=None: np.asarray(tensor)[np.asarray(mask)],
    "concat": lambda values, axis: np.concatenate([np.asarray(v) for v in values], axis),
    "conj": lambda x: np.conj(x),
    "equal": _bytes_equal,
    "expand_dims": lambda input, axis: np.expand_dims(np.asarray(input), axis),
    "fill": lambda dims, value: np.full(tuple(dims), value, object),
    "gather": lambda params, indices, axis=0: np.take(
        np.asarray(params), np.asarray(indices), axis
    ),
    "identity": lambda input: input,
    "imag": lambda x: np.imag(x),
    "multiply": lambda x, y: np.multiply(np.asarray(x), np.asarray(y)),
    "not_equal": lambda x, y: ~_bytes_equal(x, y),
    "rank": lambda input: np.int32(np.ndim(input)),
    "real": lambda x: np.real(x),
    "repeat": lambda input, repeats, axis=None: np.repeat(np.asarray(input), repeats, axis),
    "reshape": lambda tensor, shape: np.reshape(np.asarray(tensor), tuple(int(n) for n in shape)),
    "reverse": lambda tensor, axis: np.flip(np.asarray(tensor), tuple(np.atleast_1d(axis))),
    "shape": lambda input, out_type="int32": np.array(np.shape(input), str(out_type)),
    "size": lambda input, out_type="int32": np.array(np.size(input), str(out_type)),
    "split": _split,
    "squeeze": lambda input, axis=None: np.squeeze(
        np.asarray(input), tuple(axis) if isinstance(axis, list) else axis
    ),
    "square": lambda x: np.square(x),
    "stack": _stacked,
    "tile": lambda input, multiples: np.tile(np.asarray(input), tuple(multiples)),
    "transpose": lambda a, perm=None, conjugate=False: np.transpose(
        np.conj(a) if conjugate else np.asarray(a), perm
    ),
    "unique": _unique,
    "unstack": lambda value, num=None, axis=0: list(np.moveaxis(np.asarray(value), axis, 0)),
    "where": _where,
    "zeros_like": lambda input, dtype=None: np.full(np.shape(input), "", object),
}
