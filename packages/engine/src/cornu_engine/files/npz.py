"""NumPy's zip of arrays, read whole and checked before anything is made of it."""

from __future__ import annotations

import io
import math
import os
import zipfile
from typing import Any

import numpy as np

from cornu_engine.files.rules import MIB

_LEAST, _RATIO = 64 * MIB, 100  # bytes that a file may unpack to, beside so many times its own


def npz_members(path: Any) -> dict[str, bytes]:
    """Return the members of an `.npz` file by the names of their arrays, each whole.

    Raises
    ------
    ValueError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError
        For a damaged file, whichever the standard library finds right.
    """
    size = os.path.getsize(path)
    allowed = max(_LEAST, _RATIO * size)
    with zipfile.ZipFile(path) as archive:
        members = [info for info in archive.infolist() if info.filename.endswith(".npy")]
        if any(info.compress_size > size for info in members):
            raise ValueError("it is cut off")  # the standard library takes the memory at once
        total = sum(info.file_size for info in members)
        if total > allowed:
            raise ValueError(f"it unpacks to {total:,} bytes; {allowed:,} are allowed")
        return {info.filename.removesuffix(".npy"): archive.read(info) for info in members}


def npy_header(data: bytes) -> tuple[tuple[int, ...], bool, np.dtype, int]:
    """Return shape, whether in Fortran's order, dtype and length of the header of an array."""
    file = io.BytesIO(data)
    version = np.lib.format.read_magic(file)
    readers = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    if version not in readers:
        raise ValueError(f"version {version} of NumPy's format is not read")
    shape, is_fortran, dtype = readers[version](file)
    return shape, is_fortran, dtype, file.tell()


def npy_array(data: bytes) -> np.ndarray:
    """Return the array that a member holds; none of objects, which could run code.

    Raises
    ------
    ValueError
        If the bytes are not those of an array of its shape.

    Examples
    --------
    >>> file = io.BytesIO()
    >>> np.save(file, np.arange(3.0))
    >>> npy_array(file.getvalue())
    array([0., 1., 2.])
    """
    shape, is_fortran, dtype, start = npy_header(data)
    if dtype.hasobject:
        raise ValueError("it holds objects")
    if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != len(data) - start:
        raise ValueError(f"it has {len(data) - start:,} bytes for an array of shape {shape}")
    if not math.prod(shape):
        return np.empty(shape, dtype)
    flat = np.frombuffer(data, dtype, offset=start).copy()
    return flat.reshape(shape, order="F" if is_fortran else "C")
