"""Text in whatever form it is given, as a flat list of strings and a shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_engine.errors import DataError

__all__ = ["as_strings", "is_nested"]


def as_strings(values: Any, encoding: str, name: str) -> tuple[list[str], tuple[int, ...]]:
    """Return strings in order, and the shape they were given in.

    Parameters
    ----------
    values : str, list, tuple or array of them
        Bytes are decoded.
    encoding : str
    name : str
        Of the layer, for messages.

    Raises
    ------
    DataError
        If something is no text, or lists differ in length; the message says where.

    Example
    -------
    >>> as_strings([["a", b"b"]], "utf-8", "lookup")
    (['a', 'b'], (1, 2))
    """
    array = values if isinstance(values, np.ndarray) else _object_array(values, name)
    flat = array.ravel().tolist()
    for place, item in enumerate(flat):
        if type(item) is not str:
            flat[place] = _decoded(item, encoding, name, place)
    return flat, array.shape


def is_nested(values: Any) -> bool:
    """Tell whether this is a list of lists, which may differ in length.

    Example
    -------
    >>> is_nested([["a"], ["b", "c"]]), is_nested(["a", "b"])
    (True, False)
    """
    if isinstance(values, np.ndarray) and (values.ndim != 1 or values.dtype != object):
        return values.ndim > 1 and values.shape[-1] != 1
    if not isinstance(values, (list, tuple, np.ndarray)):
        return False
    return any(isinstance(part, (list, tuple, np.ndarray)) for part in values)


def _object_array(values: Any, name: str) -> np.ndarray:
    try:
        array = np.array(values, dtype=object)
        ragged = any(isinstance(item, (list, tuple, np.ndarray)) for item in array.ravel())
    except ValueError:
        ragged = True
    if ragged:
        raise DataError(
            f"Layer {name!r} was given lists of different lengths, which form no array. Fill them "
            "up first, for example with pad_sequences(x, dtype=object, value='')."
        )
    return array


def _decoded(item: Any, encoding: str, name: str, place: int) -> str:
    if isinstance(item, bytes):
        try:
            return item.decode(encoding)
        except UnicodeDecodeError as error:
            raise DataError(f"Layer {name!r}: element {place} is no {encoding}: {error}.") from None
    if isinstance(item, str):  # a subclass, as NumPy's
        return str(item)
    raise DataError(
        f"Layer {name!r} works on text, but element {place} is {item!r}, a {type(item).__name__}. "
        "Turn numbers into text with .astype(str), and leave out None."
    )
