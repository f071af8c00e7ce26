"""Shapes as users write them: sizes, `None` where a size is open, the batch axis first."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, TypeAlias

from cornu_engine import tree
from cornu_engine.errors import quoted

SymbolicShape: TypeAlias = tuple["int | None", ...]


def as_shape(shape: Any) -> SymbolicShape:
    """Return a shape as a tuple of ints and Nones, or say what is wrong with it.

    Examples
    --------
    >>> as_shape([None, 28.0, 28])
    (None, 28, 28)
    """
    if shape is None:
        raise ValueError("A shape is needed here, such as (28, 28, 1); got None.")
    if isinstance(shape, int):
        shape = (shape,)
    if isinstance(shape, str) and shape.strip().isdigit():
        raise ValueError(f"A shape is a tuple: write ({int(shape)},), not {quoted(shape)}.")
    if isinstance(shape, str) or not isinstance(shape, Sequence):
        try:
            shape = tuple(shape)
        except TypeError:
            raise ValueError(
                f"A shape is a tuple of sizes, such as (28, 28, 1); got {quoted(shape)}."
            ) from None
    return tuple(_size(size, shape) for size in shape)


def _size(size: Any, shape: Any) -> int | None:
    if size is None:
        return None
    try:
        number = (
            int(size) if isinstance(size, float) and size.is_integer() else operator.index(size)
        )
    except TypeError:
        raise ValueError(
            f"A size is a whole number or None; {quoted(tuple(shape))} has {quoted(size)}."
        ) from None
    if number < 0:
        raise ValueError(
            f"A size cannot be negative; {quoted(tuple(shape))} has {number}. Write None for an "
            "open size."
        )
    return number


def is_one_shape(structure: Any) -> bool:
    """Tell whether this is a shape, not a structure of shapes.

    Examples
    --------
    >>> is_one_shape((None, 3)), is_one_shape([(None, 3)])
    (True, False)
    """
    return tree.is_shape(structure)


def show_shape(shape: Sequence[int | None]) -> str:
    """Return a shape for an error message, the batch axis marked `None`.

    Examples
    --------
    >>> show_shape((32, 28, 28))
    '(None, 28, 28)'
    """
    sizes = list(shape)
    if sizes:
        sizes[0] = None
    return str(tuple(sizes))


def show_shapes(structure: Any) -> str:
    """Return the shapes of all values in a structure, for an error message.

    Examples
    --------
    >>> import numpy as np
    >>> show_shapes([np.ones((2, 3)), np.ones((2, 4))])
    '[(None, 3), (None, 4)]'
    """
    if not tree.is_nested(structure):
        return show_shape(structure.shape) if hasattr(structure, "shape") else repr(structure)
    if isinstance(structure, dict):
        return "{" + ", ".join(f"{k!r}: {show_shapes(v)}" for k, v in structure.items()) + "}"
    return "[" + ", ".join(show_shapes(v) for v in structure) + "]"


def shape_of(value: Any) -> Any:
    """Return the shape of a value, or the shapes of the values in a structure.

    Examples
    --------
    >>> import numpy as np
    >>> shape_of({"a": np.ones((2, 3)), "b": None})
    {'a': (2, 3), 'b': None}
    """
    return tree.map_structure(lambda v: None if v is None else as_shape(v.shape), value)


def shapes_agree(expected: SymbolicShape, found: SymbolicShape) -> bool:
    """Tell whether two shapes can be of one value.

    Examples
    --------
    >>> shapes_agree((None, 3), (32, 3)), shapes_agree((None, 3), (None, 4))
    (True, False)
    """
    return len(expected) == len(found) and all(
        None in (a, b) or a == b for a, b in zip(expected, found, strict=True)
    )
