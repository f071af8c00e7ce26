"""Names that Keras would give: snake case, numbered from the second of a kind on."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from typing import Any

from cornu_data.names import Numbered
from cornu_engine.graph import current_scope, scope
from cornu_ops.files.snake_case import snake_case

_lock = threading.Lock()
_process: defaultdict[str, int] = defaultdict(int)
_scoped: ContextVar[defaultdict[str, int] | None] = ContextVar("cornu_names", default=None)


def _counts() -> defaultdict[str, int]:
    counts = _scoped.get()
    return _process if counts is None else counts


@contextlib.contextmanager
def fresh_names() -> Iterator[None]:
    """Number names from the first of a kind inside a `with` block, in this thread only.

    Examples
    --------
    >>> with fresh_names():
    ...     auto_name("Dense"), auto_name("Dense")
    ('dense', 'dense_1')
    """
    token = _scoped.set(defaultdict(int))
    try:
        yield
    finally:
        _scoped.reset(token)


def distinct(names: Iterable[str]) -> list[str]:
    """Return the names, numbered where one comes again.

    Examples
    --------
    >>> distinct(["head", "tail", "head", "head"])
    ['head', 'tail', 'head_1', 'head_2']
    """
    found: list[str] = []
    for name in names:
        if name in found:
            numbered = (Numbered(f"{name}_{i}") for i in itertools.count(1))
            again = next(one for one in numbered if one not in found)
            again.first = name
            name = again
        found.append(name)
    return found


def auto_name(prefix: str) -> str:
    """Return a name that no other object has: `dense`, then `dense_1`, `dense_2`, …

    Examples
    --------
    >>> reset_names()
    >>> auto_name("Dense"), auto_name("Dense")
    ('dense', 'dense_1')
    """
    prefix = snake_case(prefix)
    with _lock:
        count = _counts()[prefix]
        _counts()[prefix] += 1
    return f"{prefix}_{count}" if count else prefix


class name_scope:
    """Put a name in front of the paths of layers built, and operations traced, in a `with` block.

    Parameters
    ----------
    name : str
        Without '/', which separates the parts of a path. Blocks may stand inside one another.

    Attributes
    ----------
    name : str
    path : str
        Inside the block: the names of the blocks around it and this one, joined by '/'.

    Examples
    --------
    >>> from cornu.base import Layer
    >>> with name_scope("tower"):
    ...     Layer(name="scale").add_weight("gamma", (3,), initializer="ones").path
    'tower/scale/gamma'
    """

    def __init__(self, name: str) -> None:
        if not isinstance(name, str) or "/" in name or not name:
            raise ValueError(f"The name of a scope is a text without '/'; got {name!r}.")
        self.name = self.path = name
        self._entered: list[contextlib.AbstractContextManager[None]] = []

    def __enter__(self) -> name_scope:
        outer = current_scope()
        self.path = f"{outer}/{self.name}" if outer else self.name
        self._entered.append(scope(self.path))
        self._entered[-1].__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._entered.pop().__exit__(*error)


def get_uid(prefix: str = "") -> int:
    """Return 1, 2, 3, … for successive calls with one prefix.

    Examples
    --------
    >>> reset_names()
    >>> get_uid("block"), get_uid("block")
    (1, 2)
    """
    with _lock:
        _counts()[prefix] += 1
        return _counts()[prefix]


def reset_names() -> None:
    """Start all numbering again, as `clear_session` does."""
    with _lock:
        _counts().clear()
