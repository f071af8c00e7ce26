"""cornu.utils: what this distribution brings does what Keras' does."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu.errors import DataError


@pytest.mark.parametrize(
    ("labels", "classes", "shape"),
    [
        ([0, 2, 1], None, (3, 3)),
        ([[0], [2]], None, (2, 3)),
        ([[0, 1], [2, 1]], 4, (2, 2, 4)),
        (1, 3, (3,)),
        ([1.0, 0.0], None, (2, 2)),
    ],
)
def test_to_categorical_marks_each_class(labels, classes, shape):
    one_hot = cornu.utils.to_categorical(labels, classes)
    assert one_hot.shape == shape
    assert one_hot.dtype == np.float64
    np.testing.assert_array_equal(one_hot.sum(axis=-1), np.ones(shape[:-1]))
    np.testing.assert_array_equal(
        one_hot.argmax(axis=-1).reshape(-1), np.asarray(labels).reshape(-1)
    )


def test_to_categorical_takes_the_names_of_keras_2():
    one_hot = cornu.utils.to_categorical(y=[0, 1], num_classes=2, dtype="int32")
    np.testing.assert_array_equal(one_hot, np.eye(2))
    assert one_hot.dtype == np.int32


@pytest.mark.parametrize("labels", [[0, 3], [-1, 0]])
def test_to_categorical_refuses_a_class_that_is_not_there(labels):
    with pytest.raises(DataError, match=r"0 … 2 for num_classes=3; these run from"):
        cornu.utils.to_categorical(labels, 3)


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("order", [1, 2])
def test_normalize_gives_unit_norms_and_keeps_zeros(axis, order):
    x = np.random.default_rng(0).normal(size=(3, 4))
    norms = np.linalg.norm(cornu.utils.normalize(x, axis, order), order, axis)
    np.testing.assert_allclose(norms, 1, rtol=1e-12)
    np.testing.assert_array_equal(cornu.utils.normalize(np.zeros((2, 2)), axis, order), 0)


class Numbers:
    """Three batches that are numbers, and what is told to them."""

    def __init__(self):
        self.events = []

    def __len__(self):
        return 3

    def __getitem__(self, index):
        return index

    def on_epoch_end(self):
        self.events.append("end")


def test_queues_of_keras_2():
    dataset = Numbers()
    queue = cornu.utils.OrderedEnqueuer(dataset, shuffle=True)
    assert not queue.is_running()
    with pytest.raises(RuntimeError, match="Call start"):
        queue.get()
    queue.start(workers=2)
    found = [int(x) for _, x in zip(range(6), queue.get(), strict=False)]
    assert sorted(found[:3]) == sorted(found[3:]) == [0, 1, 2]
    assert dataset.events == ["end", "end"]  # the last batch of an epoch ends it
    queue.stop()
    assert not queue.is_running()
    queue = cornu.utils.GeneratorEnqueuer(iter("ab"))
    queue.start()
    assert list(queue.get()) == ["a", "b"]


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
