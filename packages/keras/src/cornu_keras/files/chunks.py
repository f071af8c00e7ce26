"""Lists of texts as attributes of HDF5: in several where one cannot hold them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu_engine.errors import SavingError

__all__ = ["LIMIT", "read_names", "write_names"]

LIMIT = 64512  # bytes of one attribute


def write_names(group: Any, attribute: str, names: Sequence[bytes]) -> None:
    """Write texts as `attribute`, or as `attribute0`, `attribute1`, …

    Parameters
    ----------
    group : h5py.Group
    attribute : str
    names : sequence of bytes

    Raises
    ------
    SavingError
        For a text that is longer than an attribute can be.
    """
    array = np.array(list(names)) if names else np.zeros(0)
    if array.itemsize > LIMIT:
        longest = max(names, key=len)
        raise SavingError(
            f"The name {longest[:60].decode(errors='replace')!r}… has {array.itemsize} bytes; HDF5 "
            f"takes {LIMIT} at most. Give the layer a shorter name."
        )
    parts = 1
    while any(part.nbytes > LIMIT for part in np.array_split(array, parts)):
        parts += 1
    if parts == 1:
        group.attrs[attribute] = array
        return
    for number, part in enumerate(np.array_split(array, parts)):
        group.attrs[f"{attribute}{number}"] = part


def read_names(group: Any, attribute: str) -> list[str] | None:
    """Return texts that stand in several attributes, None where there are none.

    Parameters
    ----------
    group : h5py.Group
    attribute : str
    """
    if f"{attribute}0" not in group.attrs:
        return None
    names: list[str] = []
    for number in itertools.count():
        part = group.attrs.get(f"{attribute}{number}")
        if part is None:
            return names
        names += [name.decode() for name in part]
    return None
