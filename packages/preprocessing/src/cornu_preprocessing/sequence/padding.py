"""Sequences of different lengths, brought to one."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from cornu_engine.errors import DataError, ShapeError, near_matches
from cornu_preprocessing.arguments import whole
from cornu_preprocessing.sequence.integers import flat_integers

__all__ = ["pad_sequences"]

SIDES = ("pre", "post")
BLOCK = 2**15  # values at a time: what lies between them and the result stays in cache
LONG = 100  # values, from which on a row is worth a call of its own
CODES = "bBhHiIlLqQefd"  # the dtypes that `struct` writes, by the same letters
HOLD_INT32 = ("int32", "int64", "float32", "float64")  # without a look at the numbers


def pad_sequences(
    sequences: Any,
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """Bring sequences to one length: cut those that are longer, then fill those that are shorter.

    Parameters
    ----------
    sequences : sequence of sequences
        Lists, tuples or arrays. One of shape (n, *features) keeps its features, which must be the
        same in all.
    maxlen : int, optional
        The length of the result; by default that of the longest sequence.
    dtype : dtype
        Of the result; `object` for strings of any length.
    padding : "pre" or "post"
        Where a sequence that is shorter is filled.
    truncating : "pre" or "post"
        Where a sequence that is longer loses its values.
    value : float or str
        What is filled in.

    Returns
    -------
    ndarray
        Shape (len(sequences), maxlen, *features).

    Raises
    ------
    DataError
        If a sequence is none, or holds what `dtype` cannot; the message names it.
    ShapeError
        If features differ in shape.

    Example
    -------
    >>> pad_sequences([[1], [2, 3], [4, 5, 6]])
    array([[0, 0, 1],
           [0, 2, 3],
           [4, 5, 6]], dtype=int32)
    >>> pad_sequences([[1], [2, 3], [4, 5, 6]], maxlen=2, padding="post", value=-1)
    array([[ 1, -1],
           [ 2,  3],
           [ 5,  6]], dtype=int32)
    """
    _check_side("padding", padding)
    _check_side("truncating", truncating)
    if not hasattr(sequences, "__len__"):
        raise DataError(
            f"sequences is a {type(sequences).__name__}, which has no length. Pass a list of "
            "sequences; list(…) makes one of a generator."
        )
    sequences = list(sequences)
    lengths = _lengths(sequences)
    if maxlen is None:
        if not len(lengths):
            raise DataError("sequences is empty, so it has no longest one. Pass maxlen.")
        maxlen = int(lengths.max())
    maxlen = int(whole("maxlen", maxlen, least=0))
    dtype = np.dtype(dtype)
    if isinstance(value, str) and dtype.kind not in "OUS":
        raise DataError(
            f"value={value!r} is text, which dtype={dtype.name!r} does not hold. Pass "
            "dtype=object for strings of any length."
        )
    first = int(np.flatnonzero(lengths)[0]) if lengths.any() else None
    features = () if first is None else _features(sequences, first)
    shape = (len(lengths), maxlen, *features)
    empty = dtype.kind in "biuf" and isinstance(value, (int, float)) and value == 0
    out = np.zeros(shape, dtype) if empty else np.full(shape, value, dtype)
    if first is None or maxlen == 0:
        return out
    cut = slice(-maxlen, None) if truncating == "pre" else slice(maxlen)
    if not features and lengths.mean() >= LONG and isinstance(sequences[first], (list, tuple)):
        least = np.minimum(lengths, maxlen)
        if _packed(sequences, lengths, cut, maxlen - least if padding == "pre" else 0 * least, out):
            return out
    narrow = "int16" if maxlen < 2**15 else "int64"
    kept = np.minimum(lengths, maxlen).astype(narrow)
    column = np.arange(maxlen, dtype=narrow)
    block = max(int(BLOCK / max(kept.mean(), 1)), 1)
    for start in range(0, len(lengths), block):
        parts = sequences[start : start + block]
        count = kept[start : start + block]
        length = lengths[start : start + block]
        if (length > maxlen).any():
            pairs = zip(parts, length.tolist(), strict=True)
            parts = [part[cut] if n > maxlen else part for part, n in pairs]
        values = _joined(parts, count, out.dtype, features, start)
        filled = column < count[:, None] if padding == "post" else column >= maxlen - count[:, None]
        out[start : start + block][filled] = values  # both in the order of rows
    return out


def _packed(
    sequences: list[Any], lengths: np.ndarray, cut: slice, starts: np.ndarray, out: np.ndarray
) -> bool:
    """Write long lists of numbers straight into the memory of the result, or tell that it is not.

    `struct` reads a list faster than NumPy does, and raises for all that NumPy would take in
    another way. What was written by then is written over.
    """
    code, size, most = out.dtype.char, out.itemsize, out.shape[1]
    if code not in CODES or not out.dtype.isnative:
        return False
    counts = np.unique(np.minimum(lengths, most)).tolist()
    writers = {n: struct.Struct(f"{n}{code}").pack_into for n in counts}
    places = ((np.arange(len(out)) * most + starts) * size).tolist()
    memory = out.data.cast("B")
    try:
        for part, n, place in zip(sequences, lengths.tolist(), places, strict=True):
            if n > most:
                writers[most](memory, place, *part[cut])
            else:
                writers[n](memory, place, *part)
    except (struct.error, TypeError, ValueError, OverflowError):
        return False
    return True


def _check_side(name: str, side: Any) -> None:
    if side not in SIDES:
        hint = near_matches(str(side), SIDES)
        raise DataError(f"{name}={side!r} must be 'pre' or 'post'. {hint}".rstrip())


def _lengths(sequences: Sequence[Any]) -> np.ndarray:
    try:
        return np.fromiter(map(len, sequences), "int64", len(sequences))
    except TypeError:
        row, odd = next((i, s) for i, s in enumerate(sequences) if not _has_length(s))
        raise DataError(
            f"sequences[{row}] is {odd!r}, which is no sequence. Each must be a list or an array: "
            f"[{odd!r}] is one of length 1."
        ) from None


def _has_length(item: Any) -> bool:
    try:
        len(item)
    except TypeError:  # a number, None, or an array without axes
        return False
    return True


def _features(sequences: Sequence[Any], row: int) -> tuple[int, ...]:
    item = sequences[row]
    if isinstance(item, (str, bytes)):
        raise DataError(
            f"sequences[{row}] is the text {item!r}. Make a list of tokens of it first, for "
            "example with Tokenizer.texts_to_sequences or text.split()."
        )
    return _shape(item, row)[1:]


def _shape(item: Any, row: int) -> tuple[int, ...]:
    try:
        return np.shape(item)
    except ValueError:
        raise ShapeError(
            f"sequences[{row}] holds parts of different lengths, which form no array: {item!r}."
        ) from None


def _joined(
    parts: Any, lengths: np.ndarray, dtype: np.dtype, features: tuple[int, ...], start: int
) -> np.ndarray:
    """Return the values of all parts one after the other, shape (sum of lengths, *features)."""
    count = int(lengths.sum())
    try:
        joined = None
        if isinstance(parts[0], np.ndarray):
            joined = _joined_arrays(parts, dtype)
        elif not features and dtype.name in HOLD_INT32:
            joined = flat_integers(parts, count)
        if joined is None and features:
            arrays = [np.asarray(part, dtype) for part in parts if len(part)]
            joined = np.concatenate(arrays) if arrays else np.empty((0, *features), dtype)
        elif joined is None:
            joined = np.fromiter(chain.from_iterable(parts), dtype, count)
        if joined.shape == (count, *features):
            return joined
    except (TypeError, ValueError, OverflowError):
        pass
    raise _fault(parts, dtype, features, start)


def _joined_arrays(parts: Any, dtype: np.dtype) -> np.ndarray | None:
    """Return arrays one after the other, or None if not all are, or an empty one has other axes."""
    try:
        return np.concatenate(parts, dtype=dtype, casting="unsafe")
    except ValueError:
        return None


def _why_not(item: Any, dtype: np.dtype) -> str:
    try:
        np.asarray(item, dtype)
    except (TypeError, ValueError, OverflowError) as error:
        return str(error) or type(error).__name__
    return ""


def _fault(parts: Any, dtype: np.dtype, features: tuple[int, ...], start: int) -> Exception:
    """Find what could not be joined, and say so."""
    for row, part in enumerate(parts, start):
        if not len(part):
            continue
        shape = _shape(part, row)
        if shape[1:] != features:
            return ShapeError(
                f"sequences[{row}] has features of shape {shape[1:]}, but those before it have "
                f"{features}. All must be the same."
            )
        reasons = [(item, _why_not(item, dtype)) for item in part]
        for item, reason in reasons:
            if reason:
                return DataError(
                    f"sequences[{row}] holds {item!r}, which dtype={dtype.name!r} cannot: {reason}."
                )
    return DataError(f"sequences cannot be joined to one array of dtype {dtype.name!r}.")
