"""Which backend runs the programs: `CORNU_BACKEND`, `set_backend` or `compile(backend=)`.

Where nobody chooses, it is the one of the highest `RANK` that can run here: a number that the
package of a backend states in its `__init__`, where it is known before the backend is imported.

A backend that is unknown, or that cannot run here, is an error with the list of those that can.
There is never a silent change to another one. Backends are found by their entry points in the
group `cornu_backends`, which needs no plugin manager; the registry of plugins takes that over
where it is in use.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from cornu_engine.errors import BackendError, near_matches

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from cornu_engine.backend import Backend

__all__ = [
    "DEFAULT",
    "ENVIRONMENT_VARIABLE",
    "get_backend",
    "limit_threads",
    "resolve",
    "set_backend",
    "survey",
    "thread_limit",
]

DEFAULT = "numpy"
ENVIRONMENT_VARIABLE = "CORNU_BACKEND"

GROUP = "cornu_backends"  # of the entry points


class Finder(Protocol):
    """Knows backends by their names."""

    def names(self) -> list[str]:
        """Return the names of all."""

    def find(self, name: str) -> type[Backend] | None:
        """Return the class of that name, None where there is none."""

    def packages(self) -> dict[str, str]:
        """Return the package that brings each of them, which need not be imported."""

    def reasons(self) -> list[str]:
        """Return what is wrong with those that cannot be found."""


class EntryPoints:
    """The backends of this environment, each imported when it is asked for.

    Example
    -------
    >>> EntryPoints().find("reference").name
    'reference'
    """

    def names(self) -> list[str]:
        """Return the names of all."""
        return sorted({"reference", *(point.name for point in self._points())})

    def find(self, name: str) -> type[Backend] | None:
        """Return the class of that name, None where there is none."""
        for point in self._points():
            if point.name == name:
                return point.load()
        from cornu_engine.reference_backend import ReferenceBackend  # with all of the engine

        return ReferenceBackend if name == ReferenceBackend.name else None

    def packages(self) -> dict[str, str]:
        """Return the package that brings each of them, which need not be imported."""
        return {point.name: point.value.partition(".")[0] for point in self._points()}

    def reasons(self) -> list[str]:
        """Return nothing: what fails here raises when it is asked for."""
        return []

    def _points(self) -> Iterable[EntryPoint]:
        from importlib.metadata import entry_points  # 20 ms: only where a backend is needed

        return entry_points(group=GROUP)


_finder: Finder = EntryPoints()
_chosen: str | None = None
_made: dict[str, Backend] = {}
_lock = threading.RLock()
_threads: ContextVar[int | None] = ContextVar("cornu_thread_limit", default=None)


def found_by(finder: Finder) -> None:
    """Let another one find backends from now on."""
    global _finder
    _finder = finder
    _highest_ranked.cache_clear()


def get_backend() -> str:
    """Return the name of the backend that the next program will be compiled for.

    That is the one given to `set_backend`, else the environment variable `CORNU_BACKEND`,
    else the one of the highest rank that can run here.

    Example
    -------
    >>> import cornu
    >>> cornu.set_backend("numpy")
    >>> cornu.get_backend()
    'numpy'
    >>> cornu.set_backend(None)
    """
    return _chosen or os.environ.get(ENVIRONMENT_VARIABLE) or _highest_ranked()


def set_backend(name: str | None) -> None:
    """Choose the backend for every program compiled from now on.

    Parameters
    ----------
    name : str or None
        A backend that is installed and available here; None returns to `CORNU_BACKEND`.

    Raises
    ------
    BackendError
        If there is no such backend, or it cannot run here.

    Example
    -------
    >>> import cornu
    >>> cornu.set_backend("numpy")
    >>> cornu.set_backend(None)
    """
    global _chosen
    _chosen = None if name is None else resolve(name).name


def resolve(name: str | Backend | None = None) -> Backend:
    """Return the backend of that name, ready to compile programs.

    Parameters
    ----------
    name : str, Backend or None
        A name; a backend object, which is returned as it is; or None for the one in use.

    Returns
    -------
    Backend
        One object per name for the whole process.

    Raises
    ------
    BackendError
        If there is no such backend, or it cannot run here.

    Example
    -------
    >>> resolve("numpy").name
    'numpy'
    """
    if name is not None and not isinstance(name, str):
        return name
    asked = name or get_backend()
    with _lock:
        if asked not in _made:
            _made[asked] = _make(asked, _origin(name))
        return _made[asked]


def survey() -> dict[str, str]:
    """Return every installed backend with `""` if it can run here, else the reason why not.

    Example
    -------
    >>> survey()["numpy"]
    ''
    """
    return {name: _reason_against(name) for name in _finder.names()}


@contextmanager
def limit_threads(count: int | None) -> Iterator[None]:
    """Compile programs for at most so many threads inside a `with` block, in this thread only.

    A program keeps the number it was compiled for, wherever it runs later.

    Parameters
    ----------
    count : int or None
        None sets no limit.

    Example
    -------
    >>> with limit_threads(1):
    ...     thread_limit()
    1
    """
    token = _threads.set(count)
    try:
        yield
    finally:
        _threads.reset(token)


def thread_limit() -> int | None:
    """Return the limit of `limit_threads` in force, None where there is none."""
    return _threads.get()


@cache
def _highest_ranked() -> str:
    ranks = {n: getattr(import_module(p), "RANK", -1) for n, p in _finder.packages().items()}
    best = sorted((n for n, rank in ranks.items() if rank >= 0), key=lambda n: -ranks[n])
    usable = (n for n in best[:-1] if _can_run(n))  # the last one says itself why it cannot
    return next(usable, best[-1] if best else DEFAULT)


def _can_run(name: str) -> bool:
    reason = _reason_against(name)
    if reason:
        warnings.warn(f"The backend {name!r} cannot run here: {reason}", stacklevel=2)
    return not reason


def _reason_against(name: str) -> str:
    kind = _finder.find(name)
    there = kind().available() if kind is not None else None
    return "" if there is None or there.ok else there.reason


def _make(name: str, origin: str) -> Backend:
    kind = _finder.find(name)
    if kind is None:
        raise BackendError(_unknown(name, origin))
    backend = kind()
    availability = backend.available()
    if not availability.ok:
        raise BackendError(
            f"The backend {name!r}{origin} cannot run here: {availability.reason} {_those_there()}"
        )
    return backend


def _origin(name: str | None) -> str:
    """Say where a name came from if the user did not just write it."""
    if name is not None or _chosen is not None:
        return ""
    return f" (from {ENVIRONMENT_VARIABLE})" if os.environ.get(ENVIRONMENT_VARIABLE) else ""


def _unknown(name: str, origin: str) -> str:
    hint = near_matches(name, _finder.names())
    if not hint and name.isidentifier():
        hint = "A GPU of any make runs 'opencl': pip install cornu-backend-opencl"
    parts = (*_finder.reasons(), hint)
    return " ".join((f"There is no backend {name!r}{origin}. {_those_there()}", *parts)).rstrip()


def _those_there() -> str:
    there = [name for name, reason in survey().items() if not reason]
    return f"Backends that can run here: {', '.join(there) or 'none'}."
