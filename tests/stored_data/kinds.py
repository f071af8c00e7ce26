"""The same table of numbers, stored in each way that `fit` reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cornu

ROWS = 230
NAMES = ["a", "b", "c"]

rng = np.random.default_rng(0)
X = rng.normal(size=(ROWS, len(NAMES)))
Y = (X[:, 0] > X[:, 1]).astype("int64")
W = rng.uniform(0.5, 2.0, ROWS)


def frame() -> Any:
    import pandas as pd

    return pd.DataFrame({**dict(zip(NAMES, X.T, strict=True)), "y": Y, "w": W})


def in_parquet(folder: Path) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / "data.parquet"
    pq.write_table(pa.Table.from_pandas(frame()), path, row_group_size=7)
    return path


def of_table(table: Any) -> tuple[Any, ...]:
    table = cornu.utils.columns(table)
    return table[NAMES], table["y"], table["w"]


def memmap(folder: Path) -> tuple[Any, ...]:
    for name, array in (("x", X), ("y", Y), ("w", W)):
        np.save(folder / name, array)
    return tuple(np.load(folder / f"{name}.npy", mmap_mode="r") for name in "xyw")


def mapped_for_changes(folder: Path) -> tuple[Any, ...]:
    memmap(folder)
    x = np.load(folder / "x.npy", mmap_mode="c")
    x[3] += 1.0  # in memory only
    x[3] -= 1.0
    x[3] = X[3]
    return x, Y, W


def zarr(folder: Path) -> tuple[Any, ...]:
    library = pytest.importorskip("zarr", reason="zarr 3 needs Python 3.11")
    group = library.open_group(folder / "data.zarr", mode="w")
    for name, array, rows in (("x", X, 7), ("y", Y, 100), ("w", W, ROWS)):
        chunks = (rows, *array.shape[1:])
        group.create_array(name, shape=array.shape, chunks=chunks, dtype=array.dtype)[:] = array
    return tuple(group[name] for name in "xyw")


def hdf5(folder: Path, chunks: Any = None) -> tuple[Any, ...]:
    import h5py

    with h5py.File(folder / "data.h5", "w") as file:
        file.create_dataset("x", data=X, chunks=chunks)
        file["y"], file["w"] = Y, W
    file = h5py.File(folder / "data.h5")
    return tuple(file[name] for name in "xyw")


def hdf5_chunks(folder: Path) -> tuple[Any, ...]:
    return hdf5(folder, (9, 2))


def hdf5_matrix(folder: Path) -> tuple[Any, ...]:
    hdf5_chunks(folder)
    return tuple(cornu.utils.HDF5Matrix(folder / "data.h5", name) for name in "xyw")


def dask_array(folder: Path) -> tuple[Any, ...]:
    import dask.array as da

    x = da.from_array(X, chunks=((5, 100, 25, 100), (2, 1)))
    return x, da.from_array(Y, chunks=50), da.from_array(W, chunks=-1)


def dask_frame(folder: Path) -> tuple[Any, ...]:
    import dask.dataframe as dd

    table = dd.from_pandas(frame(), npartitions=11)
    return table[NAMES], table["y"], table["w"]


def dask_columns(folder: Path) -> tuple[Any, ...]:
    import dask.dataframe as dd

    path = folder / "parts"
    path.mkdir()
    for number in range(10):
        frame().iloc[number * 23 : number * 23 + 23].to_parquet(path / f"{number}.parquet")
    return of_table(dd.read_parquet(path))


def parquet_file(folder: Path) -> tuple[Any, ...]:
    import pyarrow.parquet as pq

    return of_table(pq.ParquetFile(in_parquet(folder)))


def arrow_dataset(folder: Path) -> tuple[Any, ...]:
    import pyarrow.dataset as ds

    return of_table(ds.dataset(in_parquet(folder)))


def arrow_dataset_of_csv(folder: Path) -> tuple[Any, ...]:
    import pyarrow.dataset as ds

    frame().to_csv(folder / "data.csv", index=False)
    return of_table(ds.dataset(folder / "data.csv", format="csv"))


def lazy_frame(folder: Path) -> tuple[Any, ...]:
    import polars as pl

    lazy = pl.scan_parquet(in_parquet(folder))
    return lazy.select(NAMES), lazy.select("y"), cornu.utils.columns(lazy, "w")


class Own:
    """An array of a stranger: four names are all that it needs."""

    def __init__(self, array: np.ndarray, rows: int) -> None:
        self._array = array
        self.shape, self.dtype, self.chunks = array.shape, array.dtype, (rows, *array.shape[1:])

    def __getitem__(self, rows: slice) -> Any:
        return self._array[rows].tolist()


def own(folder: Path) -> tuple[Any, ...]:
    return Own(X, 6), Own(Y, 30), W


KINDS: dict[str, Callable[[Path], tuple[Any, ...]]] = {
    made.__name__: made
    for made in (
        memmap,
        mapped_for_changes,
        zarr,
        hdf5,
        hdf5_chunks,
        hdf5_matrix,
        dask_array,
        dask_frame,
        dask_columns,
        parquet_file,
        arrow_dataset,
        arrow_dataset_of_csv,
        lazy_frame,
        own,
    )
}
