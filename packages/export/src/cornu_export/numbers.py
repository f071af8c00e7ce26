"""The numbers of an exported file: one member of the zip for each array, in NumPy's format.

Nothing is unpickled or evaluated: a header is read if it is one of those that are written here, and
the member must be as long as the header says before memory is taken for it. The checksum of each
array is that of its member.
"""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Collection

import numpy as np

from cornu_engine.attributes import NUMERIC
from cornu_engine.errors import BadFileError
from cornu_engine.files.archive import CONFIG, Archive, Layout

Arrays = dict[str, dict[str, np.ndarray]]  # group -> key -> array

_MEMBER = re.compile(r"(variables|constants(?:_[1-9][0-9]{0,8})?)/(0|[1-9][0-9]{0,8})\.npy")
_MAGIC = b"\x93NUMPY\x01\x00"
_HEADER = re.compile(
    rb"\{'descr': '([<|][biuf][1248])', 'fortran_order': False, "
    rb"'shape': \(((?:[0-9]{1,19}, ?){0,64}(?:[0-9]{1,19})?)\), \} *\n"
)
_DTYPES = {dtype.newbyteorder("<").str.encode(): dtype for dtype in NUMERIC}

LAYOUT = Layout("exported program", (CONFIG,), lambda name: _MEMBER.fullmatch(name) is not None)


def put(archive: zipfile.ZipFile, group: str, key: str, array: np.ndarray) -> None:
    """Write an array as a member, one part of it after the other."""
    info = zipfile.ZipInfo(f"{group}/{key}.npy")
    info.file_size = array.nbytes + 2**16  # so that it is known whether this takes 64 bits
    little = array.astype(array.dtype.newbyteorder("<"), order="C", copy=False)
    with archive.open(info, "w") as member:
        np.lib.format.write_array(member, little, version=(1, 0), allow_pickle=False)


def read(archive: Archive, groups: Collection[str]) -> Arrays:
    """Return the arrays of these groups, which are all that there are.

    Raises
    ------
    BadFileError
        For an array of another group, and one that is not as its header says.
    """
    arrays: Arrays = {group: {} for group in groups}
    for name in archive:
        member = _MEMBER.fullmatch(name)
        if member is None:
            continue
        if member[1] not in arrays:
            raise BadFileError(f"{name!r} belongs to no program of the file.", "members")
        arrays[member[1]][member[2]] = _array(archive, name)
    return arrays


def _array(archive: Archive, name: str) -> np.ndarray:
    file = archive.open(name)
    start = file.read(len(_MAGIC) + 2)
    length = int.from_bytes(start[-2:], "little")
    header = _HEADER.fullmatch(file.read(length)) if start[:-2] == _MAGIC else None
    if header is None or header[1] not in _DTYPES:
        raise BadFileError(f"{name!r} does not begin as an array of numbers.", "storage")
    dtype = _DTYPES[header[1]]
    shape = tuple(int(n) for n in header[2].split(b",") if n.strip())
    size = archive.size(name) - len(start) - length
    if math.prod(shape) * dtype.itemsize != size:
        raise BadFileError(f"{name!r} has {size:,} bytes for {dtype}{list(shape)}.", "storage")
    array = np.empty(shape, dtype.newbyteorder("<"))
    if size and file.readinto(array.reshape(-1).view(np.uint8)) != size:  # type: ignore[attr-defined]
        raise BadFileError(f"{name!r} is cut off.", "damaged")
    return array.astype(dtype, copy=False)
