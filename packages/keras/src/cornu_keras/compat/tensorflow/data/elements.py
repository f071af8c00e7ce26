"""What a data set holds: structures of arrays, and what becomes of them on their way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import cornu
from cornu_engine import tree
from cornu_keras.compat.tensorflow.kinds import TensorShape, as_dtype
from cornu_keras.compat.tensorflow.texts import as_text
from cornu_keras.compat.tensorflow.values import as_tensors, convert_to_tensor

__all__ = [
    "TensorSpec", "array_of", "arrays_of", "drawn_seed", "numbers_of", "packed", "shapes_of",
    "spread", "structure_of", "tensors_of", "typed",
]  # fmt: skip


class TensorSpec:
    """What a tensor looks like: its shape and dtype."""

    def __init__(self, shape: Any, dtype: Any = "float32", name: str | None = None) -> None:
        self.shape = TensorShape(shape if shape is not None else ())
        self.dtype = as_dtype(dtype)
        self.name = name

    def __repr__(self) -> str:
        return f"TensorSpec(shape={tuple(self.shape)}, dtype={self.dtype!r}, name={self.name!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TensorSpec) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))


def array_of(value: Any) -> Any:
    """Return a value as an array, in the dtype that TensorFlow would give it."""
    if isinstance(value, np.ndarray):
        return value
    tensor = convert_to_tensor(value)
    return np.asarray(tensor if isinstance(tensor, np.ndarray) else tensor.numpy())


def tensors_of(element: Any) -> Any:
    """Return an element as what functions are given: tensors."""
    return tree.map_structure(
        lambda x: as_text(x) if isinstance(x, (str, bytes)) else as_tensors(x), element
    )


def numbers_of(value: Any) -> Any:
    """Return an array as NumPy's iterators of TensorFlow give it."""
    if isinstance(value, (str, bytes)) or np.asarray(value).dtype.kind in "OSU":
        return value if hasattr(value, "_walk") else as_text(value).numpy()
    return value.numpy() if hasattr(value, "numpy") else value


def arrays_of(value: Any) -> Any:
    """Return a structure of values as arrays; a list in it is a tuple."""
    if hasattr(value, "_walk"):  # a data set of data sets
        return value
    return tree.map_structure(array_of, tuple(value) if isinstance(value, list) else value)


def structure_of(tensors: Any) -> Any:
    """Return arrays in tuples and dicts; a list is an array."""
    if isinstance(tensors, dict):
        return {key: structure_of(part) for key, part in tensors.items()}
    if isinstance(tensors, tuple):
        return tuple(map(structure_of, tensors))
    return array_of(tensors)


def typed(element: Any, kind: Any) -> Any:
    """Return an element in the structure and dtypes that were told."""
    if isinstance(kind, dict):
        return {key: typed(element[key], part) for key, part in kind.items()}
    if isinstance(kind, (tuple, list)):
        return tuple(typed(part, one) for part, one in zip(element, kind, strict=True))
    dtype = as_dtype(kind)
    return np.asarray(element, object if dtype == "string" else str(dtype))


def spread(function: Callable[..., Any]) -> Callable[[Any], Any]:
    """Return a function of an element, of one that takes the parts of a tuple as arguments."""

    def call(element: Any) -> Any:
        if hasattr(element, "_walk"):
            return function(element)
        given = tensors_of(element)
        return function(*given) if isinstance(given, tuple) else function(given)

    return call


def packed(structure: Any, leaves: Any) -> Any:
    """Return leaves in the structure of another element."""
    if not isinstance(structure, (tuple, list, dict)):
        return leaves[0]
    if isinstance(structure, (tuple, list)) and len(structure) == len(leaves):
        return tuple(leaves)
    return tree.pack_sequence_as(structure, list(leaves))


def shapes_of(given: Any, count: int) -> list[Any]:
    """Return as many shapes as an element has parts, None where nothing is told."""
    if given is None:
        return [None] * count
    if count == 1 and all(n is None or isinstance(n, int) for n in given):
        return [given]
    return list(given.values() if isinstance(given, dict) else given)


def drawn_seed() -> int:
    """Return a seed as Cornu draws, from the seed of all."""
    return int(np.asarray(cornu.random.randint((), 0, 2**31 - 1)))
