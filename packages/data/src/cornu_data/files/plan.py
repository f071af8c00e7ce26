"""What goes where, decided and checked before anything is changed."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from cornu_engine.dtypes import is_bfloat16
from cornu_engine.errors import BadFileError
from cornu_engine.files.hdf5 import CHECKSUM, Dataset, Group, checked, checksum
from cornu_engine.variable import Pending, Variable


class Plan:
    """Values for variables, gathered first and set at the end.

    Parameters
    ----------
    skip_mismatch : bool
        Warn where shapes differ, in place of raising.
    reshape : bool
        Take values of another shape and the same size.
    skipped : sequence
        Objects that keep what they have.
    """

    def __init__(
        self, skip_mismatch: bool = False, reshape: bool = False, skipped: Sequence[Any] = ()
    ) -> None:
        self.skip_mismatch, self.reshape, self.skipped = skip_mismatch, reshape, skipped
        self._values: dict[Variable, Any] = {}
        self._others: list[Callable[[], None]] = []

    def skips(self, obj: Any) -> bool:
        """Tell whether an object keeps what it has."""
        return any(obj is skipped for skipped in self.skipped)

    def add(self, variable: Variable, value: Any) -> None:
        """Note a value, an array or a `Dataset`, for a variable.

        Raises
        ------
        BadFileError
            If the shapes differ.
        """
        same_size = self.reshape and np.prod(value.shape) == np.prod(variable.shape)
        if value.shape != variable.shape and not same_size:
            self.refuse(
                f"{variable.path!r} has shape {variable.shape}, but the saved array has shape "
                f"{value.shape}."
            )
            return
        self._values[variable] = value

    def add_object(self, obj: Any, group: Group) -> None:
        """Note the group of an object that reads its variables itself."""
        store = {name: group.get(name) for name in group.names()}
        arrays = {k: v for k, v in store.items() if isinstance(v, Dataset)}
        self._others.append(
            lambda: obj.load_own_variables({k: checked(v) for k, v in arrays.items()})
        )

    def refuse(self, text: str) -> None:
        """Raise, or warn where mismatches are skipped."""
        if not self.skip_mismatch:
            raise BadFileError(f"{text} Pass skip_mismatch=True to leave it as it is.", "shapes")
        warnings.warn(f"Skipping loading of weights due to mismatch in size: {text}", stacklevel=7)

    def has(self, variables: Iterable[Variable]) -> bool:
        """Tell whether there are values for all of these variables."""
        return all(v in self._values for v in variables)

    def carry_out(self, pending: Pending | None = None) -> None:
        """Set all values; variables without memory take them as theirs, one after the other."""
        if pending is None:  # all are read before the first is set
            self._values = {v: _fitting(v, value) for v, value in self._values.items()}
        for variable, value in self._values.items():
            if pending is not None and pending.makers.pop(variable, None) is not None:
                variable.fill(_fitting(variable, value))
            else:
                variable.assign(_fitting(variable, value))
        for load in self._others:
            load()


def in_layout_of(layer: Any, arrays: list[Any]) -> list[Any]:
    """Return the arrays of a file in the layout that a layer has its weights in.

    A layer whose weights some files hold in another layout has a method `from_file_layout`. Where
    shapes differ it is given the arrays, in the order of the layer's weights, and returns what it
    knows in its own layout, anything else as it is.

    Parameters
    ----------
    layer : Layer
        Built.
    arrays : list of array or Dataset
        As many as the layer has weights.
    """
    if not hasattr(layer, "from_file_layout"):
        return arrays
    return layer.from_file_layout([checked(x) if isinstance(x, Dataset) else x for x in arrays])


def _fitting(variable: Variable, value: Any) -> np.ndarray:
    array = checked(value) if isinstance(value, Dataset) else np.asarray(value)
    if array.dtype.kind != variable.dtype.kind and variable.dtype.kind not in "fiuV":
        raise BadFileError(
            f"{variable.path!r} holds {variable.dtype}, the file {array.dtype}.", "shapes"
        )
    return np.asarray(array.reshape(variable.shape), dtype=variable.dtype, order="C")


def hdf5_bytes(write: Callable[[Any], None]) -> memoryview:
    """Return an HDF5 file as bytes: it is made in memory, so a full disk cannot leave it half open.

    Parameters
    ----------
    write : callable
        Gets the open file.
    """
    import h5py

    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        write(file)
    return buffer.getbuffer()


def put(group: Any, name: str, array: np.ndarray) -> None:
    """Write an array, with its checksum, into an open HDF5 group."""
    dataset = group.create_dataset(name, data=array)
    if is_bfloat16(array.dtype):
        dataset.attrs["dtype"], array = "bfloat16", array.astype(np.float32)  # as it is read
    dataset.attrs[CHECKSUM] = checksum(array)
