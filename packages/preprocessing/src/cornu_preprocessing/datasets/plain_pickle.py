"""Pickles that hold arrays and lists, read without running anything from them.

Two data sets are published as arrays of lists, and two as dictionaries of arrays: files that Python
would unpickle. A pickle names functions, and unpickling calls them. Here the few names that an
array is made of stand for classes of this module, which only keep what they are given; any other
name is refused. The arrays are then made of what was kept.
"""

from __future__ import annotations

import io
import math
import pickle
import re
from pathlib import Path
from typing import IO, Any

import numpy as np

from cornu_engine.errors import DataError
from cornu_engine.files.npz import npy_array, npy_header, npz_members
from cornu_engine.interrupt import let_signals_through

__all__ = ["read_npz", "read_plain_pickle"]


def read_npz(path: str | Path) -> dict[str, np.ndarray]:
    """Return the arrays of an `.npz` file; arrays of objects may hold lists and numbers.

    Raises
    ------
    DataError
        If the file is damaged, or holds anything else.
    """
    try:
        members = npz_members(path)
    except FileNotFoundError:
        raise
    except Exception as error:  # a damaged zip may raise anything
        let_signals_through(error)
        raise DataError(f"{str(path)!r} is no .npz file: {error}.") from error
    return {name: _read_npy(data, f"{path}:{name}") for name, data in members.items()}


def read_plain_pickle(file: IO[bytes], name: str, encoding: str = "bytes") -> Any:
    """Return what a pickle holds, as long as that is data.

    Parameters
    ----------
    file : binary file
    name : str
        For messages.
    encoding : str
        Of text from Python 2; "bytes" leaves it as it is.

    Raises
    ------
    DataError
        If it names a function or class that arrays are not made of, or is damaged.

    Example
    -------
    >>> data = pickle.dumps({"labels": [1, 2], "data": np.arange(3)})
    >>> read_plain_pickle(io.BytesIO(data), "batch")
    {'labels': [1, 2], 'data': array([0, 1, 2])}
    >>> read_plain_pickle(io.BytesIO(pickle.dumps(print)), "batch")
    Traceback (most recent call last):
    ...
    cornu_engine.errors.DataError: batch names 'builtins.print', which is no part of an array. ...
    """
    try:
        return _arrays(_Reader(file, encoding=encoding).load(), name)
    except DataError:
        raise
    except _RefusedError as error:
        raise DataError(
            f"{name} names {str(error)!r}, which is no part of an array. It was not run; the file "
            "is not the data set."
        ) from None
    except Exception as error:  # a damaged pickle may raise anything
        let_signals_through(error)
        raise DataError(f"{name} is damaged: {type(error).__name__}: {error}.") from error


class _RefusedError(Exception):
    """A name that no array needs."""


class _Kept:
    """What a call in a pickle was given, and the state that was set after it."""

    def __init__(self, *args: Any) -> None:
        self.args = args
        self.state: tuple[Any, ...] = ()

    def __setstate__(self, state: Any) -> None:
        self.state = state


class _Dtype(_Kept):
    """Stands for `numpy.dtype`."""


class _Array(_Kept):
    """Stands for `numpy.ndarray`, and for the function that makes one."""


class _Codec(_Kept):
    """Stands for `_codecs.encode`, by which old protocols write bytes."""


_STAND_INS: dict[tuple[str, str], type[_Kept]] = {
    ("numpy", "dtype"): _Dtype,
    ("numpy", "ndarray"): _Array,
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "_reconstruct"): _Array,
    ("_codecs", "encode"): _Codec,
}


class _Reader(pickle.Unpickler):
    """A reader for which a name is one of the stand-ins, or refused."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _STAND_INS[module, name]
        except KeyError:
            raise _RefusedError(f"{module}.{name}") from None


def _arrays(found: Any, name: str) -> Any:
    """Return what was read, with arrays in the place of what was kept for them."""
    if isinstance(found, _Array):
        return _array(found, name)
    if isinstance(found, _Codec):
        return found.args[0].encode("latin-1")
    if isinstance(found, dict):
        return {_arrays(key, name): _arrays(value, name) for key, value in found.items()}
    if isinstance(found, (list, tuple)):
        if any(isinstance(x, (_Kept, list, tuple, dict)) for x in found):
            return type(found)(_arrays(x, name) for x in found)
        return found
    if isinstance(found, (_Kept, type)):
        raise DataError(f"{name} is damaged: it holds a part of an array on its own.")
    return found


def _array(kept: _Array, name: str) -> np.ndarray:
    try:
        _, shape, dtype, fortran, data = kept.state
        code = dtype.args[0]
        order = dtype.state[1] if dtype.state else "|"
        shape = tuple(int(size) for size in shape)
        data = _arrays(data, name)
        if code in ("O", "O8", b"O", b"O8"):
            flat: np.ndarray = np.empty(len(data), dtype=object)
            flat[:] = data if math.prod(shape) == len(data) else None
        else:
            if not re.fullmatch(r"[biufcS]\d+", _text(code)):
                raise TypeError(f"its dtype is {code!r}")
            real = np.dtype(_text(code))
            if _text(order) in ("<", ">"):
                real = np.dtype(_text(order) + real.str[1:])
            flat = np.frombuffer(data, real).astype(real.newbyteorder("="))
        return flat.reshape(shape, order="F" if fortran else "C")
    except (TypeError, ValueError, AttributeError, IndexError) as error:
        raise DataError(f"{name} holds an array that is damaged: {error}.") from error


def _text(value: Any) -> str:
    return value.decode("ascii") if isinstance(value, bytes) else str(value)


def _read_npy(data: bytes, name: str) -> np.ndarray:
    try:
        _, _, dtype, start = npy_header(data)
        if dtype.hasobject:
            return np.asarray(read_plain_pickle(io.BytesIO(data[start:]), name))
        return npy_array(data)
    except DataError:
        raise
    except Exception as error:  # a damaged header is read as Python's literals
        let_signals_through(error)
        raise DataError(f"{name} is no array: {error}.") from error
