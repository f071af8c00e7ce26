"""Python values and arrays as one file that can run no code: JSON inside NumPy's zip of arrays."""

from __future__ import annotations

import json
import zlib
from typing import Any

import numpy as np

from cornu_engine.errors import SavingError
from cornu_engine.interrupt import let_signals_through
from cornu_engine.shapes import Sizes

__all__ = ["Unsupported", "fingerprint", "read_values", "write_values"]

_KIND = "~"  # marks what JSON has no form for


class Unsupported(TypeError):
    """A value that is neither a number, text or array, nor made of them."""


def write_values(filepath: Any, values: dict[str, Any]) -> None:
    """Write a dict of plain values and arrays to one file, which is there whole or not at all.

    Examples
    --------
    >>> import tempfile
    >>> path = tempfile.mkdtemp() + "/state"
    >>> write_values(path, {"epoch": 3, "order": (np.arange(2), None)})
    >>> read_values(path)
    {'epoch': 3, 'order': (array([0, 1]), None)}
    """
    from cornu_engine.files.atomic import atomically

    arrays: list[np.ndarray] = []
    text = json.dumps(_encode(values, arrays))
    named = {f"array_{i}": array for i, array in enumerate(arrays)}
    with atomically(filepath) as temporary, open(temporary, "wb") as file:
        np.savez(file, values=np.frombuffer(text.encode(), np.uint8), **named)  # type: ignore[arg-type]


def read_values(filepath: Any) -> dict[str, Any]:
    """Return what `write_values` wrote.

    Raises
    ------
    SavingError
        If the file is damaged, or another.
    """
    from cornu_engine.files.npz import npy_array, npz_members

    try:
        members = npz_members(filepath)
        values = _decode(
            json.loads(npy_array(members["values"]).tobytes()),
            lambda i: npy_array(members[f"array_{i}"]),
        )
        if not isinstance(values, dict):
            raise ValueError(f"it holds a {type(values).__name__}")
        return values
    except FileNotFoundError:
        raise
    except Exception as error:  # what damage leads to, nobody can list
        let_signals_through(error)
        said = str(error) or type(error).__name__
        raise SavingError(
            f"{str(filepath)!r} is damaged, or no file of this kind: {said}"
        ) from error


def fingerprint(value: Any) -> tuple[str, int]:
    """Return what tells a plain value from another: its form, and a checksum of its arrays.

    Examples
    --------
    >>> fingerprint([np.zeros(2)]) == fingerprint([np.zeros(2)]) != fingerprint([np.ones(2)])
    True
    """
    arrays: list[np.ndarray] = []
    form = json.dumps(_encode(value, arrays))
    checksum = 0
    for array in arrays:
        form += f" {array.dtype} {array.shape}"
        checksum = zlib.crc32(np.ascontiguousarray(array).data, checksum)
    return form, checksum


def _encode(value: Any, arrays: list[np.ndarray]) -> Any:
    if isinstance(value, np.ndarray | np.generic) and value.dtype != object:
        arrays.append(np.asarray(value))
        kind = "array" if isinstance(value, np.ndarray) else "scalar"
        return {_KIND: kind, "at": len(arrays) - 1}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if type(value) is list:
        return [_encode(part, arrays) for part in value]
    if type(value) in (tuple, Sizes):
        return {_KIND: "tuple", "of": [_encode(part, arrays) for part in value]}
    if type(value) is dict:
        pairs = [[_encode(k, arrays), _encode(v, arrays)] for k, v in value.items()]
        return {_KIND: "dict", "of": pairs}
    raise Unsupported(f"A {type(value).__name__} is not written to files.")


def _decode(value: Any, array: Any) -> Any:
    if isinstance(value, list):
        return [_decode(part, array) for part in value]
    if not isinstance(value, dict):
        return value
    kind = value[_KIND]
    if kind == "array":
        return array(value["at"])
    if kind == "scalar":
        return array(value["at"])[()]
    parts = [_decode(part, array) for part in value["of"]]
    return tuple(parts) if kind == "tuple" else dict(parts)
