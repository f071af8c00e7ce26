"""Where HDF5 is written to and read from beside files: open groups of h5py, and binary streams."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from cornu_engine.files.atomic import write_bytes

__all__ = ["is_path", "is_place", "put_bytes", "spooled"]


def is_path(place: Any) -> bool:
    """Tell whether a place is the name of a file.

    Examples
    --------
    >>> is_path("model.h5"), is_path(io.BytesIO())
    (True, False)
    """
    return isinstance(place, (str, bytes, os.PathLike))


def is_place(place: Any) -> bool:
    """Tell whether HDF5 can be put into an object that is no path, or is in it.

    Examples
    --------
    >>> is_place(io.BytesIO()), is_place("model.h5"), is_place({})
    (True, False, False)
    """
    return not is_path(place) and (_group(place) is not None or hasattr(place, "write"))


def put_bytes(place: Any, data: Any, overwrite: bool = True) -> None:
    """Write an HDF5 file, given as bytes, to a path, into a stream or into an open group.

    Parameters
    ----------
    place : path, binary stream or h5py.Group
        What a group holds of the same names is replaced.
    data : bytes
    overwrite : bool
        Whether a file may be replaced.
    """
    group = _group(place)
    if is_path(place):
        write_bytes(place, data, overwrite)
    elif group is None:
        place.write(bytes(data))
    else:
        import h5py

        with h5py.File(io.BytesIO(data), "r") as file:
            _copy(file, group)
        group.file.flush()


@contextlib.contextmanager
def spooled(place: Any) -> Iterator[str]:
    """Give the path of a temporary file of what a stream or an open group holds.

    Parameters
    ----------
    place : binary stream or h5py.Group
    """
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.h5")
        group = _group(place)
        if group is None:
            with open(path, "wb") as file:
                file.write(place.read())
        else:
            import h5py

            with h5py.File(path, "w") as file:
                _copy(group, file)
        yield path


def _group(place: Any) -> Any:
    """Return the group that is written into, None where there is none."""
    inner = getattr(place, "data", place)  # of an H5Dict
    h5py = sys.modules.get("h5py")  # who has a group has loaded it
    return inner if h5py is not None and isinstance(inner, h5py.Group) else None


def _copy(source: Any, target: Any) -> None:
    for name, value in source.attrs.items():
        target.attrs[name] = value
    for name in source:
        if name in target:
            del target[name]
        source.copy(name, target)
