"""cornu.utils: every public name is there."""

from __future__ import annotations

import numpy as np
import pytest

import cornu


@pytest.mark.parametrize("name", cornu.utils.__all__)
def test_every_public_name_is_there(name):
    assert getattr(cornu.utils, name) is not None


def test_rows_of_an_hdf5_file(tmp_path):
    h5py = pytest.importorskip("h5py")
    data = np.arange(24, dtype="float32").reshape(8, 3)
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["x"] = data
    path = tmp_path / "data.h5"
    rows = cornu.utils.HDF5Matrix(path, "x", start=2, end=7)
    assert (len(rows), rows.shape, rows.ndim, rows.size, rows.dtype) == (
        5,
        (5, 3),
        2,
        15,
        "float32",
    )
    for key in (
        0,
        -1,
        slice(1, 4),
        slice(None, None, -2),
        [3, 0, 3],
        [],
        np.array([True] * 2 + [False] * 3),
    ):
        np.testing.assert_array_equal(rows[key], data[2:7][key])
    np.testing.assert_array_equal(np.asarray(rows, "int32"), data[2:7].astype("int32"))
    twice = cornu.utils.HDF5Matrix(path, "x", normalizer=lambda x: (2 * x).sum(-1).astype("int32"))
    assert (twice.shape, twice.dtype) == ((8,), "int32")
    assert twice.data.file == rows.data.file
    with pytest.raises(IndexError):
        rows[5]
    with pytest.raises(IndexError, match="has 8 rows, not 0 to 9"):
        cornu.utils.HDF5Matrix(path, "x", end=9)
    file = cornu.utils.HDF5Matrix.refs.pop(str(path))
    file.close()
