"""Global heaps of an HDF5 file, where its texts lie, looked through before HDF5 does.

A heap whose objects do not add up to its size makes HDF5 itself go round in circles.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import Any

from cornu_engine.errors import BadFileError

_SIGNATURE = b"GCOL\x01\x00\x00\x00"
_BLOCK = 2**20
_HEADER = 16  # of the heap, and of each object in it
_SMALLEST = 4096


def check_heaps(file: Any) -> int:
    """Return the size of the longest object in a global heap, and raise unless they fill it.

    Parameters
    ----------
    file : binary file

    Raises
    ------
    BadFileError
    """
    left = file.seek(0, os.SEEK_END)
    longest = 0
    for place in list(_places(file)):
        file.seek(place)
        (size,) = struct.unpack("<Q", file.read(_HEADER)[8:].ljust(8, b"\0"))
        if size < _SMALLEST:
            raise BadFileError("A heap of texts is smaller than any.", "damaged")
        left -= size  # heaps lie beside one another
        heap = file.read(size - _HEADER) if left >= 0 else b""
        if len(heap) != size - _HEADER:
            raise BadFileError("A heap of texts is cut off.", "damaged")
        longest = max(longest, _longest(heap))
    return longest


def _places(file: Any) -> Iterator[int]:
    file.seek(0)
    start, kept = 0, b""
    while block := file.read(_BLOCK):
        text = kept + block
        place = text.find(_SIGNATURE)
        while place >= 0:
            yield start - len(kept) + place
            place = text.find(_SIGNATURE, place + 1)
        start += len(block)
        kept = text[-len(_SIGNATURE) + 1 :]


def _longest(heap: bytes) -> int:
    at, end, longest = 0, len(heap), 0
    while end - at >= _HEADER:
        index, _, _, size = struct.unpack_from("<HHIQ", heap, at)
        # what is free counts its own header, and stands last
        need = size if index == 0 else _HEADER + (size + 7) // 8 * 8
        if need < _HEADER or need > end - at or (index == 0 and need != end - at):
            raise BadFileError("A heap of texts does not add up.", "damaged")
        at += need
        longest = max(longest, size if index else 0)
    return longest
