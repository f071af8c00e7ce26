"""Sparse matrices and files are read a batch at a time, and give what dense arrays give."""

import json
import subprocess
import sys
import textwrap
from unittest.mock import patch

import h5py
import numpy as np
import pytest

from cornu.errors import DataError
from cornu_data.stored import rows

scipy_sparse = pytest.importorskip("scipy.sparse")
DENSE = np.where(np.random.default_rng(0).random((50, 2)) < 0.5, 0.0, 1.0).cumsum(0) / 50


def _of_h5py(path, array):
    file = h5py.File(path / f"{len(list(path.iterdir()))}.h5", "w")
    return file.create_dataset("x", data=array)


def _of_matrix(path, array):
    name = path / f"{len(list(path.iterdir()))}.h5"
    with h5py.File(name, "w") as file:
        file["x"] = np.concatenate([array, array])
    matrix = pytest.importorskip("cornu_keras.utilities.hdf5").HDF5Matrix
    return matrix(name, "x", start=len(array))


def _of_memmap(path, array):
    np.save(path / "x.npy", array)
    return np.load(path / "x.npy", mmap_mode="r")


def _of_large(path, array):
    with patch.object(rows, "LARGE", 0):
        return rows.rows_of(array.astype("float64"))


SOURCES = {
    "csr": lambda path, array: scipy_sparse.csr_matrix(array),
    "coo array": lambda path, array: scipy_sparse.coo_array(array),
    "h5py": _of_h5py,
    "HDF5Matrix": _of_matrix,
    "memmap": _of_memmap,
    "large array": _of_large,
}


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("shuffle", [False, True, "batch"])
def test_training_is_that_of_the_array(parts, kind, shuffle, tmp_path):
    import cornu

    y = DENSE @ [[1.0], [2.0]]
    losses = []
    for x in (DENSE, SOURCES[kind](tmp_path, DENSE)):
        cornu.set_seed(1)
        model = parts.Sequential([parts.Dense(1, name="a")])
        model.compile(parts.SGD(0.1), parts.mse, backend=parts.backend)
        history = model.fit(
            x, y, batch_size=8, epochs=2, verbose=0, shuffle=shuffle, validation_split=0.2
        )
        losses.append([*history.history["loss"], *history.history["val_loss"]])
        losses[-1] += [model.evaluate(x, y, verbose=0), *model.predict(x, verbose=0)[:, 0]]
        losses[-1].append(model.train_on_batch(x, y))
    np.testing.assert_array_equal(*losses)


@pytest.mark.parametrize("kind", SOURCES)
def test_targets_too(line, kind, tmp_path):
    y = DENSE[:, :1]
    assert line.evaluate(DENSE, SOURCES[kind](tmp_path, y), verbose=0) == line.evaluate(
        DENSE, y, verbose=0
    )
    bad = DENSE[:, :1].copy()
    bad[7] = np.nan
    with pytest.raises(DataError, match=r"NaN in 1 of 50 samples \(the first is y\[7\]\)"):
        line.fit(DENSE, SOURCES[kind](tmp_path, bad), verbose=0)


@pytest.mark.parametrize("kind", SOURCES)
def test_classes_of_a_source(parts, kind, tmp_path):
    model = parts.Sequential([parts.Dense(3)])
    model.compile(parts.SGD(0.1), parts.sparse, backend=parts.backend)
    y = np.arange(50).reshape(50, 1) % 3
    model.fit(DENSE, SOURCES[kind](tmp_path, y), verbose=0, class_weight={1: 2.0})
    with pytest.raises(DataError, match="holds class 3"):
        model.fit(DENSE, SOURCES[kind](tmp_path, y + 1), verbose=0)


LIMIT = 60 * 2**20
MEASURE = """
import json, resource, sys
import numpy as np
import cornu
from cornu.layers import Dense

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

model = cornu.Sequential([cornu.Input((10000,)), Dense(1)])
model.compile("sgd", "mse")
few = np.zeros((64, 10000), "float32")
model.fit(few, np.zeros(64), verbose=0)
model.predict(few, verbose=0)
{make}
y = np.zeros((5000, 1), "float32")
before = peak()
model.fit(x, y, verbose=0)
model.evaluate(x, y, verbose=0)
model.predict(x, verbose=0)
print(json.dumps(peak() - before))
"""
MADE = {
    "sparse": """
        import scipy.sparse
        x = scipy.sparse.random(5000, 10000, 0.001, format="csr", random_state=0)
    """,
    "h5py": """
        import h5py
        x = h5py.File(sys.argv[1], "r")["x"]
    """,
    "HDF5Matrix": """
        from cornu.utils import HDF5Matrix
        x = HDF5Matrix(sys.argv[1], "x")
    """,
    "array": """
        x = np.ones((5000, 10000), "float32")
    """,
    "float64 array": """
        x = np.ones((5000, 10000))
    """,
}


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """200 MB of numbers."""
    path = tmp_path_factory.mktemp("large") / "data.h5"
    with h5py.File(path, "w") as file:
        data = file.create_dataset("x", (5000, 10000), "float32")
        for start in range(0, 5000, 500):
            data[start : start + 500] = 1.0
    return path


@pytest.mark.usual_thresholds("blocks and packed weights are memory above the data's")
@pytest.mark.parametrize("kind", MADE)
def test_memory_above_the_data(kind, large):
    pytest.importorskip("resource", reason="Windows does not tell a process' peak so")
    pytest.importorskip("cornu_layers")
    code = MEASURE.format(make=textwrap.dedent(MADE[kind]))
    done = subprocess.run(
        [sys.executable, "-c", code, str(large)], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout.splitlines()[-1]) < LIMIT
