"""`keras.utils.io_utils`: HDF5 as a dict, as bytes, as rows; and a question before overwriting."""

from __future__ import annotations

import io
import os
import pickle
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cornu_keras.files.chunks import read_names, write_names
from cornu_keras.utilities.hdf5 import HDF5Matrix as _HDF5Matrix

__all__ = [
    "H5Dict",
    "HDF5Matrix",
    "ask_to_proceed_with_overwrite",
    "h5dict",
    "load_from_binary_h5py",
    "save_to_binary_h5py",
]


class HDF5Matrix(_HDF5Matrix):
    """Some rows of a dataset in an HDF5 file; a slice must not reach beyond them."""

    def __getitem__(self, key: Any) -> Any:
        """Return a row, or the rows of a slice, list or array of positions."""
        if key is None:
            raise TypeError("None is no position of a row.")
        if isinstance(key, slice) and key.stop is not None and key.stop > len(self):
            raise IndexError(f"There are {len(self)} rows, no {key.stop}.")
        return super().__getitem__(key)


def ask_to_proceed_with_overwrite(filepath: Any) -> bool:
    """Ask at the terminal whether a file may be overwritten."""
    answer = _ask(f"[WARNING] {filepath} already exists - overwrite? [y/n]")
    while answer not in ("y", "n"):
        answer = _ask('Enter "y" (overwrite) or "n" (cancel).')
    if answer == "y":
        print("[TIP] Next time specify overwrite=True!")
    return answer == "y"


def _ask(question: str) -> str:
    six = sys.modules.get("six")  # through which Keras 2 asks: tests put their answers there
    ask = input if six is None else six.moves.input
    return str(ask(question)).strip().lower()


def save_to_binary_h5py(save_function: Callable[[Any], Any], stream: Any) -> Any:
    """Write what a function puts into an HDF5 file in memory to a binary stream.

    Parameters
    ----------
    save_function : callable
        Gets the open `h5py.File`; what it returns is returned.
    stream : binary stream

    Examples
    --------
    >>> def write(file):
    ...     file["x"] = [1.0, 2.0]
    >>> stream = io.BytesIO()
    >>> save_to_binary_h5py(write, stream)
    >>> _ = stream.seek(0)
    >>> load_from_binary_h5py(lambda file: file["x"][:], stream)
    array([1., 2.])
    """
    import h5py

    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        result = save_function(file)
    stream.write(memory.getvalue())
    return result


def load_from_binary_h5py(load_function: Callable[[Any], Any], stream: Any) -> Any:
    """Call a function on the HDF5 file that a binary stream holds.

    Parameters
    ----------
    load_function : callable
        Gets the open `h5py.File`; what it returns is returned.
    stream : binary stream
    """
    import h5py

    with h5py.File(io.BytesIO(stream.read()), "r") as file:
        return load_function(file)


class H5Dict:
    """An HDF5 group, or a dict, as nested dicts of arrays, texts and lists of texts.

    A key that is not there is a new group, as long as one may write.

    Parameters
    ----------
    path : path, h5py.Group or dict
    mode : {"a", "r", "w"}

    Examples
    --------
    >>> store = {}
    >>> with H5Dict(store, mode="w") as d:
    ...     d["layers"]["names"] = [b"a", b"b"]
    >>> with H5Dict(store, mode="r") as d:
    ...     d["layers"]["names"]
    [b'a', b'b']
    """

    def __init__(self, path: Any, mode: str = "a") -> None:
        import h5py

        self._is_file = False
        self.data: Any = path
        if isinstance(path, dict):
            if mode == "w":
                path.clear()
            path["_is_group"] = True
        elif isinstance(path, (str, os.PathLike)):
            self.data, self._is_file = h5py.File(path, mode), True
        elif not isinstance(path, h5py.Group):
            raise TypeError(f"Required Group, str, Path or dict. Received: {type(path)}.")
        self.read_only = mode == "r"

    @staticmethod
    def is_supported_type(path: Any) -> bool:
        """Tell whether an `H5Dict` can be made of this."""
        import h5py

        return isinstance(path, (h5py.Group, dict, str, os.PathLike))

    # Items

    def __setitem__(self, attr: Any, val: Any) -> None:
        self._must_be_writable("set item")
        key = _text(attr)
        is_array = isinstance(val, (np.ndarray, np.generic))
        if isinstance(self.data, dict):
            self.data[key] = pickle.dumps(val) if is_array else val
            if is_array:
                self.data[f"_{key}_pickled"] = True
        elif key in self.data:
            raise KeyError(f"Cannot set attribute. Group with name {key!r} exists.")
        elif is_array:
            self.data.create_dataset(key, data=val)
        elif isinstance(val, (list, tuple)) and all(isinstance(x, (str, bytes)) for x in val):
            write_names(self.data, key, [_bytes(x) for x in val])
        else:
            self.data.attrs[key] = val

    def __getitem__(self, attr: Any) -> Any:
        key = _text(attr)
        if isinstance(self.data, dict):
            return self._of_dict(key)
        if key in self.data.attrs:
            value = self.data.attrs[key]
            texts = isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind == "S"
            return value.tolist() if texts else value
        if key in self.data:
            return np.asarray(found) if hasattr(found := self.data[key], "dtype") else H5Dict(found)
        names = read_names(self.data, key)
        if names is not None:
            return names
        self._must_be_writable("create group")
        return H5Dict(self.data.create_group(key))

    def _of_dict(self, key: str) -> Any:
        if key not in self.data:
            self._must_be_writable("create group")
            self.data[key] = {"_is_group": True}
        value = self.data[key]
        if isinstance(value, dict) and value.get("_is_group"):
            return H5Dict(value)
        # only what __setitem__ put there, in this process or by way of the user's own pickle
        return pickle.loads(value) if f"_{key}_pickled" in self.data else value

    def _must_be_writable(self, what: str) -> None:
        if self.read_only:
            raise ValueError(f"Cannot {what} in read-only mode.")

    def get(self, key: Any, default: Any = None) -> Any:
        """Return an item, or the default where it is not there."""
        return self[key] if key in self else default  # noqa: SIM401 - it is what `get` is

    def update(self, *args: Any) -> None:
        """Add items; in HDF5 there is no such thing."""
        if not isinstance(self.data, dict):
            raise NotImplementedError("An HDF5 group takes one item at a time: d[key] = value.")
        self.data.update(*args)

    def __contains__(self, key: Any) -> bool:
        return key in self.data or (not isinstance(self.data, dict) and key in self.data.attrs)

    def __len__(self) -> int:
        return len(self.data)

    def __iter__(self) -> Iterator[str]:
        return iter(self.data)

    iter = __iter__

    def __getattr__(self, attr: str) -> Any:
        if attr == "data":  # of an object that __init__ has not made, as pickle asks
            raise AttributeError(attr)
        return getattr(self.data, attr)

    # Files

    def close(self) -> None:
        """Write everything; and close the file, if it was opened here."""
        if isinstance(self.data, dict):
            return
        self.data.file.flush()
        if self._is_file:
            self.data.close()

    def __enter__(self) -> H5Dict:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


h5dict = H5Dict


def _text(key: Any) -> str:
    return key.decode() if isinstance(key, bytes) else key


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value
