"""The rules under which files are read, and the limits that they set."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from cornu_engine.allowance import allowance
from cornu_engine.errors import (
    BadFileError,
    CornuError,
    MissingDistributionError,
    NotBuiltError,
    ShapeError,
    UnknownNameError,
)
from cornu_engine.interrupt import let_signals_through

MIB = 2**20

RULES = {
    "kind": "What a file is, its first bytes say: HDF5 or a zip.",
    "members": "A zip holds the members of a model file, each once, and nothing else.",
    "size": "Nothing in a file is larger than the limits, stored or unpacked.",
    "links": "HDF5 objects hang together by hard links alone, and in no circle.",
    "storage": "Numbers lie in the file itself: none outside, none virtual, no plug-in filters.",
    "json": "JSON of bounded depth and size, without repeated keys, NaN and infinity.",
    "code": "A file holds no code, and nothing in it is run.",
    "names": "Names are one line, no paths, and stand for what is registered or in custom_objects.",
    "config": "Every object can be made from its configuration.",
    "program": "An exported program holds known operations on what fits them.",
    "shapes": "Shapes that the configuration leads to are the shapes of what is stored.",
    "checksum": "Numbers are those that were written.",
    "damaged": "The file is whole.",
}


@dataclass(frozen=True)
class Limits:
    """How much a file may ask for.

    Attributes
    ----------
    total : int
        Bytes of all arrays together, unpacked.
    text : int
        Bytes of one JSON text.
    depth : int
        Nesting of JSON.
    items : int
        Objects and lists in one JSON text.
    objects : int
        Groups and datasets of an HDF5 file.
    names : int
        Names in one list of an HDF5 file.
    work : int
        Operations, layers and other objects that are made, as `engine.allowance` counts them.
    """

    total: int = 64 * MIB
    text: int = 8 * MIB
    depth: int = 1000
    items: int = 200_000
    objects: int = 50_000
    names: int = 50_000
    work: int = 2_000_000


def limits_for(path: Any, max_bytes: int | None = None) -> Limits:
    """Return the limits for a file: arrays of 8 times its size at most, or of `max_bytes`.

    Who allows more bytes than by default allows as much more work.
    """
    if max_bytes is None:
        max_bytes = max(Limits.total, 8 * os.path.getsize(path))
    elif isinstance(max_bytes, bool) or int(max_bytes) < 0:
        raise ValueError(f"max_bytes is a number of bytes; got {max_bytes!r}.")
    work = Limits.work * max(1, int(max_bytes) // Limits.total)
    return replace(Limits(), total=int(max_bytes), work=work)


# Largest arguments of constructors that work through them at once.
LARGEST = {
    "chain_depth": 1000,
    "height": 1_000_000,
    "kernel_size": 1_000_000,
    "num_chains": 1000,
    "num_ops": 1000,
    "width": 1_000_000,
    "num_classes": 30_000,
    "num_labels": 100_000,
    "num_oov_indices": 100_000,
    "num_thresholds": 100_000,
}

_reading: ContextVar[bool] = ContextVar("cornu_reading_file", default=False)


def is_reading() -> bool:
    """Tell whether a file is being read: constructors must touch no other file then.

    Examples
    --------
    >>> is_reading()
    False
    """
    return _reading.get()


@contextlib.contextmanager
def reading(path: Any, limits: Limits | None = None) -> Iterator[None]:
    """Read a file inside: whatever is wrong with it is a `BadFileError`.

    Parameters
    ----------
    path : path or str
        What to call the file in messages.
    limits : Limits, optional

    Raises
    ------
    BadFileError
    """
    token = _reading.set(True)
    try:
        with allowance((limits or Limits()).work):
            yield
    except (BadFileError, MissingDistributionError, NotBuiltError):
        raise
    except Exception as error:
        let_signals_through(error)
        if isinstance(error, FileNotFoundError) and str(error.filename) == str(path):
            raise
        raise BadFileError(f"{_said(path)}: {_text(error)}", _rule_of(error)) from error
    finally:
        _reading.reset(token)


def _said(path: Any) -> str:
    return repr(os.fspath(path)) if isinstance(path, (str, os.PathLike)) else str(path)


def _text(error: Exception) -> str:
    text = str(error) or type(error).__name__
    if isinstance(error, (CornuError, MemoryError)):
        return text
    return f"it is damaged, or no file of this kind ({type(error).__name__}: {text[:500]})"


_RULE_OF = (
    (UnknownNameError, "names"),
    (ShapeError, "shapes"),
    (CornuError, "config"),
    (MemoryError, "size"),
    (RecursionError, "json"),
)


def _rule_of(error: Exception) -> str:
    return next((rule for kind, rule in _RULE_OF if isinstance(error, kind)), "damaged")
