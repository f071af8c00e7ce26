"""Whatever holds numbers becomes an array of a dtype that a program takes.

Floats become the default float type, 64-bit integers that fit become 32-bit ones, smaller integers
and booleans stay as they are (a program widens a batch of bytes faster than memory holds a data set
of floats). All of it is done once, before the first step; of large arrays a batch at a time.
"""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from cornu_data.stored.arrays import stored
from cornu_data.stored.rows import LARGE, narrowest, rows_of
from cornu_data.stored.tables import is_stored_table, stored_table
from cornu_engine import config
from cornu_engine.errors import DataError

__all__ = ["as_array", "as_arrays", "is_array_like", "looks_like_numbers"]


def looks_like_numbers(value: Any) -> bool:
    """Tell whether a list is one array written out, not a list of arrays.

    Examples
    --------
    >>> looks_like_numbers([[1, 2], [3, 4]]), looks_like_numbers([np.zeros(2)])
    (True, False)
    """
    if isinstance(value, (list, tuple)):
        return all(looks_like_numbers(part) for part in value[:8])
    return isinstance(value, (bool, int, float, str, bytes, np.generic))


def is_array_like(value: Any) -> bool:
    """Tell whether a value is one array, as opposed to a structure or a stream of batches.

    Examples
    --------
    >>> is_array_like([1, 2]), is_array_like([np.zeros(3)]), is_array_like(iter(()))
    (True, False, False)
    """
    if isinstance(value, np.ndarray) or hasattr(value, "__array__") or hasattr(value, "toarray"):
        return True
    if isinstance(value, (list, tuple)):
        return looks_like_numbers(value)
    return stored(value) is not None or is_stored_table(value)


def as_arrays(structure: Any, name: str, by_batch: bool = False, text: bool = False) -> Any:
    """Convert each array of a structure; with `by_batch`, what can be read in batches is `Rows`.

    Examples
    --------
    >>> as_arrays({"a": np.zeros(2)}, "x")["a"].dtype
    dtype('float32')
    """
    if structure is None:
        return None
    if type(structure) is not np.ndarray:
        structure = stored_table(structure)
    if is_array_like(structure):
        small = type(structure) is np.ndarray and structure.nbytes < LARGE
        rows = rows_of(structure) if by_batch and not small else None
        return as_array(structure, name, text) if rows is None else rows
    if isinstance(structure, dict):
        return {
            k: as_arrays(part, f"{name}[{k!r}]", by_batch, text) for k, part in structure.items()
        }
    if isinstance(structure, (list, tuple)):
        parts = [
            as_arrays(part, f"{name}[{i}]", by_batch, text) for i, part in enumerate(structure)
        ]
        return type(structure)(*parts) if hasattr(structure, "_fields") else type(structure)(parts)
    raise DataError(
        f"{name} is {_article(type(structure).__name__)}, which holds no numbers that Cornu can "
        f"read. Pass an array: {name}=np.asarray(...)."
    )


def as_array(value: Any, name: str, text: bool = False) -> np.ndarray:
    """Return one array, C-contiguous and of a dtype that a program takes.

    Parameters
    ----------
    value : array_like
        A NumPy array, nested lists of numbers, a pandas frame or series, a sparse matrix of SciPy,
        or anything with `__array__`.
    name : str
        What the user calls it, for the error message.
    text : bool
        Whether strings are taken as they are.

    Raises
    ------
    DataError
        If the value does not hold numbers of one shape.

    Examples
    --------
    >>> as_array([1.0, 2.0], "x").dtype, as_array(np.arange(3), "y").dtype
    (dtype('float32'), dtype('int32'))
    """
    if hasattr(value, "toarray"):  # a sparse matrix of SciPy: programs hold dense values
        value = value.toarray()
    if not hasattr(value, "__array__") and (source := stored(value)) is not None:
        value = source[0 : source.shape[0]]
    if hasattr(value, "mask") and np.ma.is_masked(value):  # `np.ma` takes 20 ms to load
        raise DataError(
            f"{name} is a masked array, {np.ma.count_masked(value)} of whose numbers are masked. "
            f"A program would compute with what lies under the mask: pass {name}.filled(value)."
        )
    try:
        array = np.asarray(value)
    except ValueError as error:  # nested lists of unequal lengths
        raise DataError(_ragged(name, value)) from error
    if array.dtype.kind == "O" and hasattr(value, "to_numpy"):
        array = _of_columns(value, array)
    kind = array.dtype.kind
    if kind == "f":
        array = array.astype(config.floatx(), copy=False)
    elif kind in "iu":
        array = _narrow(array)
    elif kind != "b" and not (text and _holds_text(array)):
        raise DataError(_not_numbers(name, array, value))
    # `take` copies a whole source that is not contiguous, at each batch; one copy now saves all of
    # those
    return np.ascontiguousarray(array) if array.ndim else array


def _holds_text(array: np.ndarray) -> bool:
    if array.dtype.kind != "O":
        return array.dtype.kind in "US"
    return array.size > 0 and isinstance(array.flat[0], (str, bytes))


def _of_columns(frame: Any, array: np.ndarray) -> np.ndarray:
    """Return a pandas frame or series of several dtypes, or nullable ones, as floats if it is of
    numbers."""
    dtypes = getattr(frame, "dtypes", ())  # a series of polars has none
    columns = list(dtypes) if hasattr(dtypes, "items") else [dtypes]
    if all(getattr(dtype, "kind", "O") in "biuf" for dtype in columns):
        return frame.to_numpy(dtype=config.floatx(), na_value=np.nan)
    return array


def _narrow(array: np.ndarray) -> np.ndarray:
    if array.dtype.itemsize == 8:
        return array.astype(narrowest(array), copy=False)
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def _ragged(name: str, value: Any) -> str:
    lengths = [len(row) for row in value if hasattr(row, "__len__")][:4]
    listed = ", ".join(map(str, lengths))
    return (
        f"The rows of {name} have different lengths ({listed}, …), so they form no array. Bring "
        f"them to one length first: {name} = cornu.preprocessing.sequence.pad_sequences({name})."
    )


def _not_numbers(name: str, array: np.ndarray, value: Any) -> str:
    kind = array.dtype.kind
    if kind == "O":
        return _object_array(name, array, value)
    if kind in "US":
        return _text(name, array)
    if kind in "Mm":
        return (
            f"{name} holds dates or durations (dtype {array.dtype}). Turn them into numbers first, "
            f"e.g. {name}.astype('int64')."
        )
    if array.dtype.names:
        return (
            f"{name} is a structured array with the fields {', '.join(array.dtype.names)}. Make "
            f"columns of them first: np.stack([{name}[f] for f in {name}.dtype.names], axis=1)."
        )
    return (
        f"{name} has dtype {array.dtype}, which no program holds. Convert it first: "
        f"{name}.astype('float32')."
    )


def _text(name: str, array: np.ndarray) -> str:
    return (
        f"{name} holds text (dtype {array.dtype}), and programs compute with numbers. Map each "
        f"word or class to an integer first: names, {name} = np.unique({name}, "
        "return_inverse=True)."
        + (
            " Or let the model begin with cornu.Input((1,), dtype='string') and a layer of text, "
            "such as TextVectorization or StringLookup."
            if name.startswith("x")
            else ""
        )
    )


def _object_array(name: str, array: np.ndarray, value: Any) -> str:
    columns = getattr(value, "dtypes", None)
    if columns is not None and hasattr(
        columns, "items"
    ):  # a pandas frame: name the columns at fault
        kinds = [getattr(dtype, "kind", "O") for _, dtype in columns.items()]
        at = [i for i, kind in enumerate(kinds) if kind not in "biuf"]
        odd = [list(columns.keys())[i] for i in at]
        shown = ", ".join(map(str, odd))
        if odd and all(isinstance(entry, numbers.Real) for entry in array[:, at].flat):
            return (
                f"Columns {shown} of {name} hold numbers as Python objects. Convert them first: "
                f"{name} = {name}.astype('float32')."
            )
        if odd and name.startswith("y"):
            classes = f"np.unique({name}[{odd[0]!r}], return_inverse=True)"
            return (
                f"Columns {shown} of {name} hold no plain numbers. If they name classes, "
                f"number these first: names, y = {classes}."
            )
        if odd:
            return (
                f"Columns {shown} of {name} hold no plain numbers. Encode or drop them "
                f"first, e.g. {name} = {name}.drop(columns={odd!r})."
            )
    first = array.flat[0] if array.size else None
    if hasattr(first, "__len__") and not isinstance(first, str):
        sizes = ", ".join(str(np.shape(row)) for row in list(array.flat)[:3])
        return (
            f"{name} is an object array: its rows are {type(first).__name__}s of shapes "
            f"{sizes}, … If they have one shape, np.stack({name}) makes one array; if not, pad "
            f"them first: cornu.preprocessing.sequence.pad_sequences({name})."
        )
    if isinstance(first, str):
        return _text(name, array)
    return (
        f"{name} is an object array of shape {array.shape}: its elements are Python objects (the "
        f"first is {_article(type(first).__name__)}), not numbers of one dtype. Convert it first: "
        f"{name} = {name}.astype('float32')."
    )


def _article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
