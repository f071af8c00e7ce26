"""The threads that read pictures."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from cornu_preprocessing.image.convert import UnreadableImageError, read_img

__all__ = ["in_threads", "reading_threads", "unreadable"]

T = TypeVar("T")
_MOST_THREADS = 8


@functools.cache
def reading_threads() -> ThreadPoolExecutor:
    """Return the threads that all readers of this process share."""
    count = min(_MOST_THREADS, os.cpu_count() or 1)
    return ThreadPoolExecutor(count, thread_name_prefix="cornu-pictures")


if hasattr(os, "register_at_fork"):  # threads do not survive a fork
    os.register_at_fork(after_in_child=reading_threads.cache_clear)


def in_threads(function: Callable[[Any], T], items: Iterable[Any]) -> list[T]:
    """Return the function's results in order, computed by the shared threads.

    The function must not ask for these threads itself.

    Example
    -------
    >>> in_threads(abs, [-1, 2])
    [1, 2]
    """
    return list(reading_threads().map(function, items))


def unreadable(paths: Sequence[str], color_mode: str) -> list[tuple[int, str]]:
    """Return which files cannot be decoded: their positions, and why.

    Parameters
    ----------
    paths : sequence of str
    color_mode : str
        As of `load_img`.
    """

    def problem(path: str) -> str | None:
        try:
            read_img(path, color_mode).close()
        except UnreadableImageError as error:
            return str(error)
        return None

    return [(i, found) for i, found in enumerate(in_threads(problem, paths)) if found is not None]
