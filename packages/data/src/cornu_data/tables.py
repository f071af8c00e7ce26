"""Tables of pandas, polars, pyarrow and the like: their columns by the names of inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cornu_data.stored.tables import stored_table

__all__ = ["by_columns", "column_names", "targets_by_columns"]


def column_names(value: Any) -> list[str]:
    """Return the names of a table's columns; none for what is no table.

    A table tells its columns by name and gives each of them by `table[name]`: frames of pandas and
    polars, tables and batches of pyarrow, data sets of Hugging Face.

    Examples
    --------
    >>> column_names([1, 2]), column_names({"a": [1]})
    ([], [])
    """
    if isinstance(value, (dict, str)) or not hasattr(value, "__getitem__"):
        return []
    names = getattr(value, "column_names", None)  # pyarrow's `columns` are the columns themselves
    names = getattr(value, "columns", None) if names is None else names
    if names is None or callable(names):
        return []
    listed = list(names)
    return listed if all(isinstance(name, str) for name in listed) else []


def by_columns(value: Any, known: Sequence[Any] | None) -> Any:
    """Return the columns that inputs or outputs are named after, as a dict; else the value itself.

    Of a table that is stored, its reader.

    Parameters
    ----------
    value : object
        A table whose columns have the names of all of `known`, of which each takes one number; what
        else it holds is left aside. Anything else comes back as it is.
    known : sequence of KnownInput or KnownOutput, or None

    Examples
    --------
    >>> import pandas as pd
    >>> from cornu_data.checks import KnownInput
    >>> table = pd.DataFrame({"age": [31, 47], "name": ["Ada", "Alan"]})
    >>> list(by_columns(table, [KnownInput("age", (None, 1))]))
    ['age']
    """
    value = stored_table(value)
    if not known or not set(columns := column_names(value)).issuperset(one.name for one in known):
        return value
    whole = len(known) == 1 and len(columns) == 1
    if whole or not all(_is_one_number(one) for one in known):
        return value
    return {one.name: _column(value, one.name) for one in known}


def _column(table: Any, name: str) -> Any:
    column = table[name]
    return column if hasattr(column, "__array__") else column[:]  # Hugging Face's gives a list


def targets_by_columns(value: Any, known: Sequence[Any] | None) -> Any:
    """Return the columns that outputs are named after, where there are several.

    Examples
    --------
    >>> targets_by_columns([1, 2], None)
    [1, 2]
    """
    return by_columns(value, known if known and len(known) > 1 else None)


def _is_one_number(known: Any) -> bool:
    shape = getattr(known, "shape", (None,))
    return tuple(shape)[1:] in ((), (1,))
