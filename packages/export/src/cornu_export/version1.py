"""Files of version 1, which hold their numbers in HDF5."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from cornu_engine.attributes import NUMERIC
from cornu_engine.errors import MissingDistributionError
from cornu_engine.files.archive import CONFIG, WEIGHTS, Archive, Layout
from cornu_engine.files.hdf5 import Dataset, Group, checked, open_hdf5
from cornu_export.numbers import Arrays
from cornu_export.said import refuse

LAYOUT = Layout("exported program of version 1", (CONFIG, WEIGHTS), lambda name: False)


def read(archive: Archive, groups: Collection[str]) -> Arrays:
    """Return the arrays of these groups.

    Raises
    ------
    MissingDistributionError
        Without h5py.
    BadFileError
        For a dataset that holds no numbers, or others than were written.
    """
    try:
        import h5py  # noqa: F401
    except ImportError as error:
        raise MissingDistributionError(
            "The file is of version 1, with numbers in HDF5, which h5py reads: pip install h5py. "
            "To do without, export the model again."
        ) from error
    with open_hdf5(archive.open(WEIGHTS), archive.limits) as root:
        return {name: _numbers(root, name) for name in groups}


def _numbers(root: Group, name: str) -> dict[str, np.ndarray]:
    group = root.group(name)
    found = {} if group is None else {key: group.get(key) for key in group.names()}
    arrays = {key: checked(value) for key, value in found.items() if isinstance(value, Dataset)}
    for key, array in arrays.items():
        if array.dtype not in NUMERIC:
            refuse(f"The array {key!r} of {name!r} holds no numbers, but {array.dtype}.")
    return arrays
