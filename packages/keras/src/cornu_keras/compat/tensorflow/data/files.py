"""Data sets of what stands in files: lines, their columns, records."""

from __future__ import annotations

import csv
import glob
import gzip
import os
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from cornu_keras.compat.tensorflow.data.dataset import Dataset
from cornu_keras.compat.tensorflow.kinds import as_dtype
from cornu_keras.compat.tensorflow.records import tf_record_iterator
from cornu_keras.compat.tensorflow.values import as_tensors, is_tensor

__all__ = [
    "CsvDataset", "TFRecordDataset", "TextLineDataset", "decode_csv", "make_csv_dataset",
]  # fmt: skip


def _paths(filenames: Any) -> list[str]:
    if isinstance(filenames, Dataset):
        return [os.fsdecode(path) for path in filenames._walk()]
    given = [filenames] if isinstance(filenames, (str, bytes, os.PathLike)) else filenames
    return [os.fsdecode(path) for path in np.atleast_1d(np.asarray(given, object)).tolist()]


def _open(path: str, compression: str | None) -> Any:
    if (compression or "").upper() == "GZIP":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    if compression:
        raise ValueError(f"compression_type={compression!r}: files are read plain or as 'GZIP'.")
    return open(path, encoding="utf-8", newline="")


class TextLineDataset(Dataset):
    """The lines of files.

    Parameters
    ----------
    filenames : path, list of paths, or Dataset of them
    compression_type : str, optional
        "GZIP".
    """

    def __init__(
        self, filenames: Any, compression_type: str | None = None, buffer_size: Any = None,
        num_parallel_reads: Any = None, name: Any = None,
    ) -> None:  # fmt: skip
        def walk() -> Iterator[Any]:
            for path in _paths(filenames):
                with _open(path, compression_type) as file:
                    for line in file:
                        yield np.array(line.rstrip("\r\n"), object)

        super().__init__(walk)


class TFRecordDataset(Dataset):
    """The records of files.

    Parameters
    ----------
    filenames : path, list of paths, or Dataset of them
    compression_type : str, optional
        "GZIP" or "ZLIB".
    """

    def __init__(
        self, filenames: Any, compression_type: str | None = None, buffer_size: Any = None,
        num_parallel_reads: Any = None, name: Any = None,
    ) -> None:  # fmt: skip
        def walk() -> Iterator[Any]:
            for path in _paths(filenames):
                for record in tf_record_iterator(path, compression_type):
                    yield np.array(record, object)

        super().__init__(walk)


class CsvDataset(Dataset):
    """The rows of tables, as tuples of their columns.

    Parameters
    ----------
    filenames : path, list of paths, or Dataset of them
    record_defaults : list
        For each column what stands where it is empty, which says its dtype; or a dtype, if it may
        not be empty.
    """

    def __init__(
        self, filenames: Any, record_defaults: Any, compression_type: str | None = None,
        buffer_size: Any = None, header: bool = False, field_delim: str = ",",
        use_quote_delim: bool = True, na_value: str = "", select_cols: Any = None,
        exclude_cols: Any = None,
    ) -> None:  # fmt: skip
        columns = [_column(d) for d in record_defaults]

        def walk() -> Iterator[Any]:
            for path in _paths(filenames):
                with _open(path, compression_type) as file:
                    rows = _rows(file, field_delim, use_quote_delim)
                    if header:
                        next(rows, None)
                    for row in rows:
                        fields = row
                        if select_cols is not None:
                            fields = [row[i] for i in select_cols]
                        elif exclude_cols is not None:
                            fields = [f for i, f in enumerate(row) if i not in exclude_cols]
                        yield _parsed(fields, columns, na_value)

        super().__init__(walk)


def make_csv_dataset(
    file_pattern: Any, batch_size: int, column_names: Any = None, column_defaults: Any = None,
    label_name: str | None = None, select_columns: Any = None, field_delim: str = ",",
    use_quote_delim: bool = True, na_value: str = "", header: bool = True,
    num_epochs: int | None = None, shuffle: bool = True, shuffle_buffer_size: int = 10000,
    shuffle_seed: int | None = None, prefetch_buffer_size: Any = None,
    num_parallel_reads: Any = None,
    sloppy: bool = False, num_rows_for_inference: int | None = 100, compression_type: Any = None,
    ignore_errors: bool = False, encoding: str = "utf-8",
) -> Dataset:  # fmt: skip
    """Return batches of tables as dicts of columns, without end by default.

    Dtypes are found by looking at the first rows; with `label_name` the elements are pairs.
    """
    patterns = [file_pattern] if isinstance(file_pattern, (str, os.PathLike)) else file_pattern
    paths = sorted(path for p in patterns for path in glob.glob(os.fspath(p)))
    if not paths:
        raise FileNotFoundError(f"No file matches {patterns}.")
    rows: list[list[str]] = []
    for path in paths:
        with _open(path, compression_type) as file:
            found = list(_rows(file, field_delim, use_quote_delim))
            column_names = found[0] if column_names is None else column_names
            rows += found[1:] if header else found
    names = list(column_names or ())
    chosen = [c if isinstance(c, int) else names.index(c) for c in select_columns or names]
    seen = rows[:num_rows_for_inference]
    if column_defaults is None:
        defaults = [_guessed([r[i] for r in seen], na_value) for i in chosen]
    else:
        defaults = list(column_defaults)
        defaults = [defaults[i] for i in chosen] if len(defaults) == len(names) else defaults
    columns = [_column(d) for d in defaults]
    parsed = [_parsed([row[i] for i in chosen], columns, na_value) for row in rows]
    table = {
        names[i]: np.array([row[k].item() for row in parsed], parsed[0][k].dtype)
        for k, i in enumerate(chosen)
    }
    data = Dataset.from_tensor_slices(table)
    if shuffle:
        data = data.shuffle(shuffle_buffer_size, shuffle_seed)
    data = data.repeat(num_epochs).batch(batch_size, drop_remainder=num_epochs is None)
    if label_name is None:
        return data
    return data.map(
        lambda row: ({k: v for k, v in row.items() if k != label_name}, row[label_name])
    )


def decode_csv(
    records: Any, record_defaults: Any, field_delim: str = ",", use_quote_delim: bool = True,
    na_value: str = "", select_cols: Any = None, name: Any = None,
) -> list[Any]:  # fmt: skip
    """Return the columns of lines."""
    lines = np.asarray(records, object)
    texts = [os.fsdecode(line) for line in lines.reshape(-1).tolist()]
    columns = [_column(d) for d in record_defaults]
    rows = [
        _parsed(row if select_cols is None else [row[i] for i in select_cols], columns, na_value)
        for row in _rows(texts, field_delim, use_quote_delim)
    ]
    return [
        as_tensors(np.array([row[k].item() for row in rows], rows[0][k].dtype).reshape(lines.shape))
        for k in range(len(columns))
    ]


def _rows(lines: Any, delimiter: str, quoted: bool) -> Any:
    quoting: Any = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    return (row for row in csv.reader(lines, delimiter=delimiter, quoting=quoting) if row)


def _column(default: Any) -> tuple[Any, Any]:
    """Return the dtype of a column, and what stands where it is empty; None for an error."""
    if isinstance(default, type) or type(default).__name__ == "DType":
        return as_dtype(default), None
    if is_tensor(default):
        default = np.asarray(default)
    value = np.asarray(default)
    if value.dtype.kind in "OSU":
        return as_dtype("string"), str(value.reshape(-1)[0]) if value.size else None
    kinds = {"float64": "float32", "int64": "int32"}  # of Python's own numbers
    kind = value.dtype.name if isinstance(default, np.ndarray) else kinds.get(value.dtype.name)
    return as_dtype(kind or value.dtype.name), value.reshape(-1)[0] if value.size else None


def _parsed(fields: Sequence[str], columns: Any, missing: str) -> tuple[Any, ...]:
    if len(fields) != len(columns):
        raise ValueError(f"A row has {len(fields)} fields where {len(columns)} columns are told.")
    parsed = []
    for i, (field, (kind, default)) in enumerate(zip(fields, columns, strict=True)):
        if field in ("", missing):
            if default is None:
                raise ValueError(f"Column {i} is empty in a row, and there is no default for it.")
            field = default
        if kind == "string":
            parsed.append(np.array(field, object))
        else:
            parsed.append(
                np.asarray(str(field) if kind.is_floating else int(field)).astype(str(kind))
            )
    return tuple(parsed)


def _guessed(fields: list[str], missing: str) -> Any:
    there = [f for f in fields if f not in ("", missing)]
    for kind, zero in ((int, np.int32(0)), (float, np.float32(0))):
        try:
            for field in there:
                kind(field)
        except ValueError:
            continue
        return np.array([zero])
    return ""
