"""`tf.io.parse_example`: tensors from `tf.train.Example`, and from tensors that were written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu_keras.compat.tensorflow.checks import InvalidArgumentError
from cornu_keras.compat.tensorflow.kinds import as_dtype
from cornu_keras.compat.tensorflow.messages import Example, field, fields, varint
from cornu_keras.compat.tensorflow.sparse import SparseTensor
from cornu_keras.compat.tensorflow.texts import as_text
from cornu_keras.compat.tensorflow.values import as_tensors, convert_to_tensor

__all__ = [
    "FixedLenFeature", "FixedLenSequenceFeature", "VarLenFeature", "parse_example",
    "parse_single_example", "parse_tensor", "serialize_tensor",
]  # fmt: skip

_LISTS = {"string": "bytes_list", "float32": "float_list", "int64": "int64_list"}


@dataclass(frozen=True)
class FixedLenFeature:
    """A feature of the same shape in each example."""

    shape: Any
    dtype: Any
    default_value: Any = None


@dataclass(frozen=True)
class FixedLenSequenceFeature:
    """A feature of as many rows as an example has."""

    shape: Any
    dtype: Any
    allow_missing: bool = False
    default_value: Any = None


@dataclass(frozen=True)
class VarLenFeature:
    """A feature of any length: a sparse tensor."""

    dtype: Any


def parse_single_example(serialized: Any, features: Any, name: Any = None) -> dict[str, Any]:
    """Return the features of one example, as tensors by their names.

    Raises
    ------
    InvalidArgumentError
        For a feature that is missing, or of another kind or shape.
    """
    found = Example.FromString(convert_to_tensor(serialized).numpy()).features.feature
    return {key: _tensor(key, spec, _values(key, spec, found)) for key, spec in features.items()}


def parse_example(
    serialized: Any, features: Any, example_names: Any = None, name: Any = None
) -> dict[str, Any]:
    """Return the features of several examples, stacked."""
    records = np.asarray(convert_to_tensor(serialized).numpy(), object).reshape(-1).tolist()
    all_found = [Example.FromString(record).features.feature for record in records]
    parsed = {}
    for key, spec in features.items():
        rows = [_values(key, spec, found) for found in all_found]
        if isinstance(spec, FixedLenFeature):
            parsed[key] = _as_tensor(np.stack(rows) if rows else np.empty((0, *spec.shape)), spec)
            continue
        longest = max(map(len, rows), default=0)
        if isinstance(spec, VarLenFeature):
            places = [(i, j) for i, row in enumerate(rows) for j in range(len(row))]
            values = np.concatenate(rows) if rows else np.empty(0)
            parsed[key] = SparseTensor(places, _as_tensor(values, spec), [len(rows), longest])
        else:
            fill = spec.default_value if spec.default_value is not None else _nothing(spec)
            padded = np.full((len(rows), longest, *spec.shape), fill, rows[0].dtype)
            for i, row in enumerate(rows):
                padded[i, : len(row)] = row
            parsed[key] = _as_tensor(padded, spec)
    return parsed


def _nothing(spec: Any) -> Any:
    return b"" if str(as_dtype(spec.dtype)) == "string" else 0


def _values(key: str, spec: Any, found: Any) -> np.ndarray:
    """Return what an example holds under a name."""
    kind = str(as_dtype(spec.dtype))
    if kind not in _LISTS:
        raise ValueError(
            f"Feature {key!r} is of dtype {kind}; examples hold string, float32 and int64: parse "
            "it as one of these, and tf.cast it."
        )
    held = found[key].WhichOneof() if key in found else None
    if held not in (None, _LISTS[kind]):
        raise InvalidArgumentError(f"Feature {key!r} is a {held}, and not of dtype {kind}.")
    values = getattr(found[key], held).value if held else []
    array = np.empty(len(values), object)
    array[:] = values
    array = array if kind == "string" else array.astype(kind)
    if isinstance(spec, VarLenFeature):
        return array
    shape = tuple(int(n) for n in np.atleast_1d(np.asarray(spec.shape, int)))
    if isinstance(spec, FixedLenSequenceFeature):
        return array.reshape(-1, *shape)
    if not len(array) and spec.default_value is not None:
        dtype = object if kind == "string" else kind
        return np.broadcast_to(np.asarray(spec.default_value, dtype), shape)
    if held is None:
        raise InvalidArgumentError(
            f"Feature {key!r} is required and is not in the example: give it a default_value, or "
            f"see which there are: {sorted(found)}."
        )
    if array.size != np.prod(shape, dtype=int):
        raise InvalidArgumentError(
            f"Feature {key!r} has {array.size} values, which are not of shape {shape}; of any "
            "length it is a VarLenFeature."
        )
    return array.reshape(shape)


def _tensor(key: str, spec: Any, values: np.ndarray) -> Any:
    if isinstance(spec, VarLenFeature):
        places = np.arange(len(values))[:, None]
        return SparseTensor(places, _as_tensor(values, spec), [len(values)])
    return _as_tensor(values, spec)


def _as_tensor(values: np.ndarray, spec: Any) -> Any:
    kind = str(as_dtype(spec.dtype))
    return as_text(values.astype(object)) if kind == "string" else as_tensors(values.astype(kind))


# The numbers of dtypes in messages of tensors.
_NUMBERS = {
    "float32": 1, "float64": 2, "int32": 3, "uint8": 4, "int16": 5, "int8": 6, "string": 7,
    "int64": 9, "bool": 10, "uint16": 17, "float16": 19, "uint32": 22, "uint64": 23,
}  # fmt: skip


def serialize_tensor(tensor: Any, name: Any = None) -> Any:
    """Return a tensor as bytes, which `parse_tensor` reads.

    Examples
    --------
    >>> parse_tensor(serialize_tensor([[1.0, 2.0]]), "float32").numpy()
    array([[1., 2.]], dtype=float32)
    """
    array = np.asarray(convert_to_tensor(tensor).numpy())
    kind = "string" if array.dtype.kind in "OSU" else array.dtype.name
    sizes = b"".join(field(2, varint(1 << 3) + varint(n) if n else b"") for n in array.shape)
    head = varint(1 << 3) + varint(_NUMBERS[kind]) + field(2, sizes)
    if kind == "string":
        return as_text(head + b"".join(field(8, text) for text in array.reshape(-1).tolist()))
    return as_text(head + (field(4, array.tobytes()) if array.size else b""))


def parse_tensor(serialized: Any, out_type: Any, name: Any = None) -> Any:
    """Return the tensor that `serialize_tensor` made bytes of.

    Raises
    ------
    InvalidArgumentError
        For one of another dtype, or that is held in another way.
    """
    told = list(fields(convert_to_tensor(serialized).numpy()))
    kind, first = str(as_dtype(out_type)), dict(told)
    if first.get(1) != _NUMBERS.get(kind):
        names = {number: name for name, number in _NUMBERS.items()}
        raise InvalidArgumentError(
            f"The tensor is of dtype {names.get(first.get(1, 0))}, and not of {kind}."
        )
    sizes = [dict(fields(data)).get(1, 0) for _, data in fields(first.get(2, b""))]
    if kind == "string":
        texts = np.empty(int(np.prod(sizes, dtype=int)), object)
        texts[:] = [data for number, data in told if number == 8]
        return as_text(texts.reshape(sizes))
    if 4 in first:
        return as_tensors(np.frombuffer(first[4], np.dtype(kind)).reshape(sizes).copy())
    if np.prod(sizes, dtype=int) == 0:
        return as_tensors(np.zeros(sizes, kind))
    raise InvalidArgumentError("The numbers of this tensor are no bytes of their own in a row.")
