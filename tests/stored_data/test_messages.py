"""Stored data that cannot be meant: what is said, and where; nothing is left running."""

from __future__ import annotations

import re
import threading
import warnings
from typing import Any

import numpy as np
import pytest
import scipy.sparse

import cornu
from cornu import layers
from cornu.errors import DataError, ShapeError
from cornu_data.stored import arrays as stored
from cornu_data.stored import rows
from tests.stored_data.kinds import NAMES, ROWS, Own, X, Y, frame, in_parquet


@pytest.fixture(autouse=True)
def _little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "MEBIBYTE", 1024)
    monkeypatch.setenv(stored.VARIABLE, "2")


@pytest.fixture
def model() -> Any:
    model = cornu.Sequential([cornu.Input((3,)), layers.Dense(2, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


def lazy(**changes: Any) -> Any:
    import polars as pl

    return pl.from_pandas(frame().assign(**changes)).lazy()


def filtered(tmp_path: Any) -> Any:
    import pyarrow.dataset as ds

    return ds.dataset(in_parquet(tmp_path)).filter(ds.field("a") > 0)


def unknown_chunks() -> Any:
    import dask.array as da

    x = da.from_array(X, chunks=(50, 3))
    return x[x[:, 0] > -10]


def odd_chunks() -> Any:
    made = Own(X, 5)
    made.chunks = ((3, 4), (3,))
    return made


BAD: list[tuple[Any, type, str]] = [
    (lambda p: cornu.utils.columns(lazy(), "knd"), DataError, r"no column 'knd'.*Its columns: a,"),
    (lambda p: cornu.utils.columns(lazy(), ["a", "Y"]), DataError, r"Did you mean 'y'"),
    (lambda p: cornu.utils.columns(frame(), "a"), DataError, r"DataFrame is no stored table"),
    (lambda p: lazy(t="text"), DataError, r"Columns t of the table.*columns\(table, \['a', 'b'"),
    (filtered, DataError, r"filtered.*scan_parquet\(path\)\.filter"),
    (lambda p: unknown_chunks(), DataError, r"x = x\.compute_chunk_sizes\(\)"),
    (lambda p: lazy().select(NAMES[:2]), ShapeError, r"takes \(batch, 3\)"),
    (lambda p: odd_chunks(), DataError, r"chunks of the Own have 7 rows together.*says 230"),
    (lambda p: Own(X[:-1], 5), DataError, r"x has 229 \(shape \(229, 3\)\), y has 230"),
]


@pytest.mark.parametrize("case", range(len(BAD)))
def test_what_is_refused_before_anything_runs(model, case, tmp_path):
    make, kind, said = BAD[case]
    before = model.get_weights()
    with pytest.raises(kind, match=said):
        model.fit(make(tmp_path), Y, verbose=0)
    for one, two in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, two)


def test_nulls_among_whole_numbers():
    import polars as pl

    numbers = [None if i == ROWS - 1 else i for i in range(ROWS)]
    table = pl.LazyFrame({"a": numbers, "b": list(range(ROWS))})
    model = cornu.Sequential([cornu.Input((2,)), layers.Dense(1)])
    with pytest.raises(DataError, match=r"Column 'a' holds nulls.*cast the column to float32"):
        model.predict(table, verbose=0)
    as_floats = table.with_columns(pl.col("a").cast(pl.Float32))
    assert np.isnan(model.predict(as_floats, verbose=0)).sum() == 1


def test_a_class_in_the_middle_names_its_rows(model):
    y = Y.copy()
    y[130] = 7
    with pytest.raises(DataError, match=r"In rows (\d+) to (\d+) of the data: .*class 7") as caught:
        model.fit(Own(X, 5), Own(y, 5), shuffle=False, verbose=0)
    start, stop = (int(word) for word in str(caught.value).split()[2:5:2])
    assert start <= 130 < stop
    assert none_is_reading()


def test_nan_is_said_once_when_it_is_read(model):
    x = X.copy()
    x[[130, 131, 200], 1] = np.nan
    for shuffle in (False, True):
        with pytest.warns(UserWarning, match=r"x holds NaN in \d of its rows") as caught:
            model.fit(Own(x, 5), Y, shuffle=shuffle, epochs=2, verbose=0)
        (warning,) = caught
        assert warning.filename == __file__
        row = int(re.search(r"x\[(\d+)\]", str(warning.message)).group(1))
        assert row in (130, 131, 200)
    whole = r"x holds NaN in 3 of 230 samples \(the first is x\[130\]\)"
    with pytest.warns(UserWarning, match=whole) as caught:
        model.fit(x, Y, verbose=0)
    assert caught[0].filename == __file__


def test_nan_that_is_an_error_ends_the_training(model):
    x = X.copy()
    x[130, 1] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match=r"x\[130\]"):
            model.fit(Own(x, 5), Y, shuffle=False, verbose=0)
    assert none_is_reading()


@pytest.mark.parametrize("make", [lambda x: x, scipy.sparse.csr_matrix])
def test_nan_in_rows_that_are_converted_by_and_by(model, make, monkeypatch):
    x = X.copy()
    x[130, 1] = np.nan
    monkeypatch.setattr(rows, "LARGE", 100)
    with pytest.warns(UserWarning, match=r"x holds NaN in 1 of 230 .*x\[130\]"):
        model.fit(make(x), Y, verbose=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.fit(make(X), Y, verbose=0)


def test_an_error_of_reading_arrives(model):
    class Broken(Own):
        def __getitem__(self, rows: slice) -> Any:
            if rows.start > 100:
                raise OSError("the disk is gone")
            return super().__getitem__(rows)

    with pytest.raises(OSError, match="the disk is gone"):
        model.fit(Broken(X, 5), Y, shuffle=False, verbose=0)
    assert none_is_reading()


def test_a_training_that_is_stopped_leaves_nothing_reading(model):
    class Stop(cornu.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.model.stop_training = True

    model.fit(Own(X, 5), Y, batch_size=4, verbose=0, callbacks=[Stop()])
    assert none_is_reading()


def none_is_reading() -> bool:
    for thread in threading.enumerate():
        if thread.name == "cornu-data":
            thread.join(2)
    return not any(thread.name == "cornu-data" for thread in threading.enumerate())


@pytest.mark.parametrize("text", ["much", "0", "1.5"])
def test_memory_that_is_no_number(model, monkeypatch, text):
    monkeypatch.setenv(stored.VARIABLE, text)
    with pytest.raises(ValueError, match=r"CORNU_DATA_MEMORY='.*write CORNU_DATA_MEMORY=256"):
        model.fit(Own(X, 5), Y, verbose=0)


def test_columns_of_a_stored_table_go_to_the_inputs_of_their_names():
    inputs = [cornu.Input((1,), name=name) for name in "ca"]
    model = cornu.Model(inputs, layers.Dense(1)(layers.Concatenate()(inputs)))
    expected = model.predict([X[:, 2], X[:, 0]], verbose=0)
    np.testing.assert_array_equal(model.predict(lazy(t="text"), verbose=0), expected)


def test_words_beside_stored_numbers():
    """Text is in memory, as the layers that read it run in front of the program."""
    number, word = cornu.Input((1,), name="a"), cornu.Input((1,), name="t", dtype="string")
    lookup = layers.StringLookup(vocabulary=["x", "y"], output_mode="one_hot")
    joined = layers.Concatenate()([number, lookup(word)])
    model = cornu.Model([number, word], layers.Dense(1)(joined))
    model.compile("sgd", "mse")
    words = np.array(["x", "y"] * (ROWS // 2))
    kept = {"a": Own(X[:, 0].copy(), 9), "t": words}
    plain = {"a": X[:, 0], "t": words}
    assert (model.predict(kept, verbose=0) == model.predict(plain, verbose=0)).all()
    assert model.evaluate(kept, Y, verbose=0) == model.evaluate(plain, Y, verbose=0)
    assert np.isfinite(model.fit(kept, Y, verbose=0).history["loss"]).all()


def test_vectors_in_a_column(tmp_path):
    import polars as pl
    import pyarrow as pa
    import pyarrow.parquet as pq

    vectors = pa.FixedSizeListArray.from_arrays(pa.array(X.ravel()), 3)
    pq.write_table(pa.table({"v": vectors, "y": Y}), tmp_path / "v.parquet", row_group_size=11)
    readers = pq.ParquetFile(tmp_path / "v.parquet"), pl.scan_parquet(tmp_path / "v.parquet")
    for table in map(cornu.utils.columns, readers):
        x = table["v"]
        assert x.shape == X.shape
        np.testing.assert_array_equal(x[20:50], X[20:50])
        with pytest.raises(DataError, match=r"stands alone: cornu\.utils\.columns\(table, 'v'\)"):
            table[["v", "y"]].shape  # noqa: B018 - it is read there
