"""NaN among the inputs to train on is said: a layer may replace it, and few models have one."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from cornu_data.checks import may_hold_nan
from cornu_data.names import leaves_with_names
from cornu_data.stored.rows import Check, Rows
from cornu_data.tracebacks import OURS
from cornu_engine import tree

__all__ = ["watch_for_nan"]

_COMES_TO = "Unless a layer replaces it, the loss and every weight become NaN in the first step"


def watch_for_nan(x: Any) -> Any:
    """Warn of NaN in what is in memory; return `x`, of which stored rows are looked at when read.

    Examples
    --------
    >>> watch_for_nan(np.zeros(3))
    array([0., 0., 0.])
    """
    leaves = tree.flatten(x)
    warn = _warning()
    for place, leaf in enumerate(leaves):
        if not may_hold_nan(leaf):
            continue
        name = leaves_with_names(x, "x")[place][0]
        if isinstance(leaf, Rows) and leaf.is_stored:
            leaves[place] = leaf.checked(_watch(name, warn))
        elif rows := _rows_with_nan(leaf.blocks() if isinstance(leaf, Rows) else [leaf]):
            warn(
                f"{name} holds NaN in {len(rows)} of {len(leaf)} samples (the first is "
                f"{name}[{rows[0]}]). {_COMES_TO}. Fill it in, e.g. {name} = "
                f"np.nan_to_num({name}), or drop these samples: np.isnan({name}) tells which."
            )
    return tree.pack_sequence_as(x, leaves)


def _rows_with_nan(blocks: Iterable[np.ndarray]) -> list[int]:
    found = [np.isnan(block).reshape(len(block), -1).any(axis=1) for block in blocks]
    return np.flatnonzero(np.concatenate(found)).tolist() if found else []


def _watch(name: str, warn: Callable[[str], None]) -> Check:
    """Return what looks at blocks as they are read, and warns of the first one that holds NaN."""
    said: list[bool] = []

    def check(block: np.ndarray, first: int) -> None:
        if said or not block.size or not np.isnan(block.max()):
            return
        said.append(True)
        rows = _rows_with_nan([block])
        warn(
            f"{name} holds NaN in {len(rows)} of its rows {first} to {first + len(block)} (the "
            f"first is {name}[{first + rows[0]}]); later rows are not looked at. {_COMES_TO} that "
            f"takes such a row. Fill it in before it is stored, in Dask by {name} = "
            f"dask.array.nan_to_num({name}), or drop these samples."
        )

    return check


def _warning() -> Callable[[str], None]:
    """Return what warns at the line of the user who called: from another thread as well."""
    frame: Any = sys._getframe(1)
    while frame.f_back is not None and _is_ours(frame):
        frame = frame.f_back
    registry = frame.f_globals.setdefault("__warningregistry__", {})
    module = str(frame.f_globals.get("__name__", "__main__"))
    filename, line = frame.f_code.co_filename, frame.f_lineno

    def warn(text: str) -> None:
        warnings.warn_explicit(text, UserWarning, filename, line, module, registry)

    return warn


def _is_ours(frame: Any) -> bool:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] in OURS
