"""Stored data train as the same numbers in memory do; shuffled, each row comes once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cornu
from benchmarks import stored as benchmark
from cornu import layers
from cornu_data import make_source
from cornu_data.stored import arrays as stored
from cornu_data.stored import rows
from cornu_data.stored.batches import StoredBatches
from tests.stored_data.kinds import KINDS, NAMES, ROWS, W, X, Y, in_parquet, of_table


@pytest.fixture(autouse=True)
def _little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two kibibytes: even the targets do not fit, and a window has a few rows."""
    monkeypatch.setattr(stored, "MEBIBYTE", 1024)
    monkeypatch.setenv(stored.VARIABLE, "2")


def small_model() -> Any:
    cornu.set_seed(3)
    inputs = cornu.Input((3,))
    model = cornu.Model(inputs, layers.Dense(2, "softmax")(layers.Dense(4, "tanh")(inputs)))
    model.compile("adam", "sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
    return model


def trained(x: Any, y: Any, w: Any, **options: Any) -> list[Any]:
    model = small_model()
    history = model.fit(
        x, y, sample_weight=w, epochs=2, verbose=0, batch_size=16, **options
    ).history
    found = [history[name] for name in sorted(history)]
    found.append(model.evaluate(x, y, sample_weight=w, verbose=0))
    return [*found, model.predict(x, verbose=0).tolist()]


OPTIONS: list[dict[str, Any]] = [
    {"shuffle": False, "validation_split": 0.2},
    {"shuffle": "batch", "class_weight": {0: 1.0, 1: 3.0}},
    {"shuffle": False, "steps_per_epoch": 7},
]


@pytest.mark.parametrize("kind", KINDS)
def test_in_order_the_bits_are_those_of_arrays_in_memory(kind, tmp_path):
    data = KINDS[kind](tmp_path)
    for options in OPTIONS:
        assert trained(*data, **options) == trained(X, Y, W, **options), options


@pytest.mark.parametrize("kind", KINDS)
def test_shuffled_each_row_comes_once_with_its_own(kind, tmp_path):
    x, y, w = KINDS[kind](tmp_path)
    source = make_source(
        x, y, w, batch_size=16, shuffle=True, generator=np.random.default_rng(1), epochs=2
    )
    assert isinstance(source, StoredBatches)
    with source:
        seen = [np.concatenate([of_batch(source, t) for t in source.epoch()]) for _ in range(2)]
    whole = np.column_stack([X, Y, W]).astype("float32")
    for epoch in seen:
        np.testing.assert_array_equal(np.unique(epoch, axis=0), np.unique(whole, axis=0))
        assert not np.array_equal(epoch, whole)
    assert not np.array_equal(*seen)


def of_batch(source: Any, token: Any) -> np.ndarray:
    """What a step would be run on."""

    class Step:
        def __init__(self, spec: Any) -> None:
            self.buffers = [np.empty(one.shape, one.dtype) for one in spec]

        def check(self, data: Any) -> None:
            assert all(len(part) for part in data)

    bound = source.load(token, Step)
    x, y, w = bound.buffers
    return np.column_stack([x, y.reshape(len(x)), w]).astype("float32")


@pytest.mark.parametrize("kind", ["memmap", "zarr", "parquet_file"])
def test_the_same_seed_is_the_same_training(kind, tmp_path):
    data = KINDS[kind](tmp_path)
    options = {"shuffle": True, "validation_split": 0.1, "class_weight": {1: 2.0}}
    first, second = trained(*data, **options), trained(*data, **options)
    assert first == second


@pytest.mark.parametrize("kind", KINDS)
def test_what_fits_is_read_at_once_and_shuffled_as_arrays_are(kind, tmp_path, monkeypatch):
    monkeypatch.setenv(stored.VARIABLE, "1000")
    data = KINDS[kind](tmp_path)
    assert trained(*data, shuffle=True) == trained(X, Y, W, shuffle=True)
    model = small_model()
    x, y, w = data
    few = [part[:20] if hasattr(part, "shape") else part for part in (X, Y, W)]
    assert model.train_on_batch(x, y, w) == small_model().train_on_batch(X, Y, W)
    assert model.evaluate(*few[:2], verbose=0)


def test_a_training_goes_on_where_it_was_saved(tmp_path):
    """In the middle of a shuffled pass: what was read before is not read again."""
    x, y, w = KINDS["own"](tmp_path)

    def weights(stop_after: int | None, epochs: int = 2) -> Any:
        class Stop(cornu.callbacks.Callback):
            steps = 0

            def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
                self.steps += 1
                if self.steps == stop_after:
                    raise KeyboardInterrupt

        folder = str(tmp_path / "backup")
        backup = cornu.callbacks.BackupAndRestore(folder, save_freq=1)
        model = small_model()
        try:
            model.fit(x, y, sample_weight=w, epochs=epochs, verbose=0, callbacks=[backup, Stop()])
        except KeyboardInterrupt:
            return None
        return [v.tolist() for v in model.get_weights()]

    whole = weights(None)
    assert weights(11) is None
    assert weights(None) == whole


def test_a_table_of_one_row_group_is_read_once_in_a_pass(tmp_path, monkeypatch):
    import pyarrow.parquet as pq

    pq.write_table(pq.read_table(in_parquet(tmp_path)), tmp_path / "one.parquet")
    read: list[Any] = []
    plain = pq.ParquetFile.read_row_group

    def counted(file: Any, number: int, columns: Any = None, **options: Any) -> Any:
        read.append(columns)
        return plain(file, number, columns=columns, **options)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", counted)
    x, y, _ = of_table(pq.ParquetFile(tmp_path / "one.parquet"))
    small_model().fit(x, y, batch_size=16, epochs=2, verbose=0)
    assert sorted(read) == [NAMES, NAMES, ["y"], ["y"]]


def test_which_blocks_are_read(tmp_path):
    """Chunks are never cut, and each is read once in a pass."""
    read: list[tuple[int, int]] = []
    x, _, _ = KINDS["own"](tmp_path)
    plain = type(x).__getitem__

    class Watched(type(x)):
        def __getitem__(self, rows: slice) -> Any:
            read.append((rows.start, rows.stop))
            return plain(self, rows)

    small_model().fit(Watched(X, 6), Y, verbose=0, epochs=1)
    assert sorted(read)[0][0] == 0
    assert sum(stop - start for start, stop in read) == ROWS
    assert all(start % 6 == 0 and (stop % 6 == 0 or stop == ROWS) for start, stop in read)


def test_many_windows_are_never_in_memory_at_once(tmp_path):
    data = rows.rows_of(KINDS["zarr"](tmp_path)[0])
    source = StoredBatches((data, Y), batch_size=16, generator=np.random.default_rng(0))
    source.load((0, 16), lambda spec: type("Step", (), {"buffers": [], "check": print})())
    held = [window.stop - window.start for window in source._windows]
    assert sum(held) < ROWS / 4
    source.close()
    assert not source._windows


def test_the_benchmark_measures_each_kind(monkeypatch):
    pytest.importorskip("zarr", reason="zarr 3 needs Python 3.11")
    monkeypatch.setitem(benchmark.MODELS, "small", ((3,), 100, list))
    found = benchmark.measure("small", 1)
    assert list(found) == ["memmap", "HDF5", "zarr, compressed"]
    assert all(0 < ratio < np.inf for ratios in found.values() for ratio in ratios)
