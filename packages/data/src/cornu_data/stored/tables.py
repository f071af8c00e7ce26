"""Tables that lie in files or on a cluster: columns of them, read a block of rows at a time.

Each kind says how its rows are counted and read; its library is there, as the user has made the
table with it, and is not imported for anything else.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu_engine import config
from cornu_engine.errors import DataError, near_matches

__all__ = ["StoredTable", "columns", "is_stored_table", "stored_table"]

# From the rows `start` to `stop` and the names of columns to a table in memory.
Read = Callable[[int, int, list[str]], Any]


class StoredTable:
    """Columns of a table: one by its name, several by a list, rows of them as an array.

    Parameters
    ----------
    names : sequence of str
    sizes : sequence of int, or int
        How many rows lie together, chunk after chunk; or of how many rows any number is read alike.
    read : callable
    empty : table
        The table without rows, which tells the dtypes.
    chosen : str or list of str, optional
        One column, or which of them; all by default.
    """

    def __init__(
        self,
        names: Sequence[str],
        sizes: Sequence[int] | int,
        read: Read,
        empty: Any,
        chosen: Any = None,
    ) -> None:
        self._names, self._sizes, self._read, self._empty = list(names), sizes, read, empty
        self._chosen = self._names if chosen is None else chosen
        self._sample: np.ndarray | None = None

    @property
    def column_names(self) -> list[str]:
        """The columns that are there."""
        return [self._chosen] if isinstance(self._chosen, str) else list(self._chosen)

    @property
    def chunks(self) -> tuple[Any, ...] | None:
        """How many rows lie together."""
        if isinstance(self._sizes, int):
            return None
        return (tuple(self._sizes), *self._row.shape[1:])

    @property
    def dtype(self) -> np.dtype:
        """What all columns can be."""
        return self._row.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of rows, and the shape of one."""
        return (len(self), *self._row.shape[1:])

    @property
    def ndim(self) -> int:
        """1 for a column of numbers."""
        return self._row.ndim

    def __len__(self) -> int:
        return self._sizes if isinstance(self._sizes, int) else int(sum(self._sizes))

    @property
    def _row(self) -> np.ndarray:
        if self._sample is None:
            self._sample = self._array(self._empty)
        return self._sample

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            start, stop, _ = key.indices(len(self))
            return self._array(self._read(start, stop, self.column_names), self._row.dtype)
        for name in [key] if isinstance(key, str) else key:
            if name not in self.column_names:
                hint = near_matches(str(name), self.column_names)
                raise DataError(
                    f"The table has no column {name!r}. "
                    + (hint or f"Its columns: {', '.join(self.column_names)}.")
                )
        chosen = key if isinstance(key, str) else list(key)
        return StoredTable(self._names, self._sizes, self._read, self._empty, chosen)

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.asarray(self[:], dtype)

    def _array(self, table: Any, wanted: Any = None) -> np.ndarray:
        if isinstance(self._chosen, str):
            return _numbers(table[self._chosen], self._chosen, wanted)
        found = [_numbers(table[name], name, wanted) for name in self._chosen]
        if any(part.ndim > 1 for part in found):
            name = next(n for n, part in zip(self._chosen, found, strict=True) if part.ndim > 1)
            raise DataError(
                f"Column {name!r} holds a vector in each row, so it stands alone: "
                f"cornu.utils.columns(table, {name!r})."
            )
        odd = [n for n, part in zip(self._chosen, found, strict=True) if part.dtype.kind == "O"]
        if odd:
            kept = [name for name in self._chosen if name not in odd]
            raise DataError(
                f"Columns {', '.join(odd)} of the table hold no plain numbers. Choose others: "
                f"cornu.utils.columns(table, {kept!r})."
            )
        return np.stack(found, axis=1, dtype=wanted) if found else np.empty((len(table), 0))


def columns(table: Any, names: Any = None) -> StoredTable:
    """Return columns of a table that is larger than memory, for `fit` to read by and by.

    Parameters
    ----------
    table : pyarrow.parquet.ParquetFile, pyarrow.dataset.Dataset, polars.LazyFrame, dask.dataframe
        A column may hold numbers, or vectors of one length.
    names : str or list of str, optional
        One column, or the columns of a matrix; all by default.

    Returns
    -------
    StoredTable
        With `shape` and `dtype`; `table[names]` chooses among its columns.

    Raises
    ------
    DataError
        For another kind of table, or a column that it does not have.

    Examples
    --------
    >>> import polars as pl
    >>> table = columns(pl.LazyFrame({"a": [1.0, 2.0], "b": [3, 4], "kind": [0, 1]}))
    >>> x, y = table[["a", "b"]], table["kind"]
    >>> x.shape, x[0:1], y.shape
    ((2, 2), array([[1., 3.]]), (2,))
    """
    found = stored_table(table)
    if not isinstance(found, StoredTable):
        raise DataError(
            f"A {type(table).__name__} is no stored table. columns() takes a ParquetFile or a "
            "Dataset of pyarrow, a LazyFrame of polars or a frame of Dask; of a table in memory "
            "take table[names]."
        )
    return found if names is None else found[names]


def is_stored_table(value: Any) -> bool:
    """Tell whether a value is a table that `stored_table` gives a reader.

    Examples
    --------
    >>> import polars as pl
    >>> is_stored_table(pl.LazyFrame({"a": [1]})), is_stored_table(pl.DataFrame({"a": [1]}))
    (True, False)
    """
    return isinstance(value, StoredTable) or _maker(value) is not None


def stored_table(value: Any) -> Any:
    """Return the reader of a stored table; any other value as it is.

    Examples
    --------
    >>> stored_table([1, 2])
    [1, 2]
    """
    make = _maker(value)
    return value if make is None else make(value)


def _maker(value: Any) -> Callable[[Any], StoredTable] | None:
    if isinstance(value, (np.ndarray, list, tuple, dict)):  # as batches mostly are
        return None
    for cls in type(value).__mro__:
        make = _KINDS.get((cls.__module__.partition(".")[0], cls.__name__))
        if make is not None:
            return make
    return None


def _numbers(column: Any, name: str, wanted: Any = None) -> np.ndarray:
    """Return a column as an array; `wanted` is its dtype, or that of all columns beside it."""
    size = getattr(getattr(column, "type", None), "list_size", None)  # vectors, of pyarrow
    if size is not None:
        rows = len(column)
        flat = column.combine_chunks().flatten() if rows else column.type.value_type
        numbers = flat.to_numpy() if rows else np.empty(0, flat.to_pandas_dtype())
        if len(numbers) != rows * size:
            raise _nulls(name)
        return numbers.reshape(rows, size)
    plain = getattr(getattr(column, "dtype", None), "numpy_dtype", None)  # of pandas with <NA>
    if plain is not None and plain.kind in "biuf":
        missing = column.isna().any()
        if missing and np.dtype(wanted or plain).kind != "f":
            raise _nulls(name)
        return column.to_numpy(dtype=config.floatx() if missing else plain, na_value=np.nan)
    array = column.to_numpy()
    if wanted is not None and array.dtype.kind in "fO" and np.dtype(wanted).kind in "biu":
        raise _nulls(name)
    return array


def _nulls(name: str) -> DataError:
    return DataError(
        f"Column {name!r} holds nulls among whole numbers or vectors. Fill them in or drop these "
        "rows before the table is stored, or cast the column to float32, where a null is NaN."
    )


def _of_parquet(file: Any) -> StoredTable:
    sizes = [file.metadata.row_group(i).num_rows for i in range(file.metadata.num_row_groups)]
    lock = threading.Lock()  # validation may read the same file from another thread

    def piece(number: int, names: list[str]) -> Any:
        with lock:
            return file.read_row_group(number, columns=names, use_threads=False)

    return _of_arrow(file.schema_arrow, sizes, piece)


def _of_dataset(dataset: Any) -> StoredTable:
    try:
        fragments = list(dataset.get_fragments())
    except ValueError as error:  # it is filtered
        raise DataError(
            "A Dataset that is filtered does not tell its parts. Pass the filter to polars: "
            "polars.scan_parquet(path).filter(...)."
        ) from error
    pieces: list[Any] = []
    sizes: list[int] = []
    for fragment in fragments:
        groups = getattr(fragment, "row_groups", None)  # of Parquet
        parts = [fragment] if groups is None else fragment.split_by_row_group()
        pieces.extend(parts)
        sizes.extend([fragment.count_rows()] if groups is None else [g.num_rows for g in groups])
    schema = dataset.schema

    def piece(number: int, names: list[str]) -> Any:
        return pieces[number].to_table(schema=schema, columns=names)

    return _of_arrow(schema, sizes, piece)


def _of_arrow(schema: Any, sizes: list[int], piece: Callable[[int, list[str]], Any]) -> StoredTable:
    ends = np.cumsum([0, *sizes])

    def read(start: int, stop: int, names: list[str]) -> Any:
        import pyarrow

        if start >= stop:
            return schema.empty_table()
        first, last = _covering(ends, start, stop)
        found = pyarrow.concat_tables([piece(number, names) for number in range(first, last)])
        return found.slice(start - ends[first], stop - start)

    return StoredTable(schema.names, sizes, read, schema.empty_table())


def _of_lazyframe(frame: Any) -> StoredTable:
    import polars

    schema = frame.collect_schema()
    count = int(frame.select(polars.len()).collect().item())

    def read(start: int, stop: int, names: list[str]) -> Any:
        return frame.select(names).slice(start, stop - start).collect()

    return StoredTable(schema.names(), count, read, polars.DataFrame(schema=schema))


def _of_dask(frame: Any) -> StoredTable:
    import dask

    whole = frame if frame.ndim == 2 else frame.to_frame()
    all_names = list(whole.columns)

    @functools.cache
    def parts_of(names: tuple[str, ...]) -> tuple[list[Any], np.ndarray]:
        """Return the partitions, and their first rows: Dask joins small ones of few columns."""
        parts = whole[list(names)].to_delayed()
        sizes = dask.compute(*map(dask.delayed(len), parts))
        return parts, np.cumsum([0, *sizes])

    def read(start: int, stop: int, names: list[str]) -> Any:
        parts, ends = parts_of(tuple(names))
        first, last = _covering(ends, start, stop)
        import pandas

        found = pandas.concat(dask.compute(*parts[first:last]))
        return found.iloc[start - ends[first] : stop - ends[first]]

    _, ends = parts_of(tuple(all_names))
    table = StoredTable(all_names, np.diff(ends).tolist(), read, whole._meta)
    return table if whole is frame else table[all_names[0]]


def _covering(ends: np.ndarray, start: int, stop: int) -> tuple[int, int]:
    """Return the first and the last part (exclusive) that hold some rows: one at least."""
    first = min(int(np.searchsorted(ends, start, "right")), len(ends) - 1) - 1
    return first, max(int(np.searchsorted(ends, stop, "left")), first + 1)


_KINDS: dict[tuple[str, str], Callable[[Any], StoredTable]] = {
    ("pyarrow", "ParquetFile"): _of_parquet,
    ("pyarrow", "Dataset"): _of_dataset,
    ("polars", "LazyFrame"): _of_lazyframe,
    ("dask", "DataFrame"): _of_dask,
    ("dask", "Series"): _of_dask,
}
