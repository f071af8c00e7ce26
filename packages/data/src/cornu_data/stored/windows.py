"""Which rows of stored data are read together, in which order, and the reading itself.

A pass reads block after block. Some blocks make a window, as many as have room in an eighth of the
memory that stored data may take; there are four windows at most: the one that steps run on, the one
that the batch at its end goes on in, the next that lies ready, and one that is being read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from cornu_data.stored.arrays import memory_limit, row_bytes
from cornu_data.stored.rows import is_stored
from cornu_engine.errors import CornuError

__all__ = ["Rooms", "Window", "blocks_of", "read", "windows_of"]

PARTS = 8  # windows in the memory, and blocks in a window that is shuffled

Block = tuple[int, int]  # first row, and last (exclusive)
Check = Callable[[list[np.ndarray], int], Any]
Rooms = deque[list[np.ndarray]]  # arrays of windows that are done with: new memory costs time


class Window(NamedTuple):
    """Some rows of all arrays, in the order in which they are used.

    Attributes
    ----------
    start, stop : int
        Places of the rows in the pass.
    arrays : list of numpy.ndarray
    room : list of numpy.ndarray
        Whose first rows they are, where these may be written over once they are used.
    """

    start: int
    stop: int
    arrays: list[np.ndarray]
    room: list[np.ndarray] | None


def window_rows(arrays: Sequence[Any]) -> int:
    """Return how many rows are a window.

    Examples
    --------
    >>> window_rows([np.zeros((5, 8), "float32")])
    1048576
    """
    each = sum(row_bytes(tuple(a.shape[1:]), a.dtype) for a in arrays)
    return max(1, memory_limit() // (PARTS * max(each, 1)))


def blocks_of(arrays: Sequence[Any], size: int) -> list[Block]:
    """Return blocks of about so many rows: chunks of the largest data that have some, not cut.

    Examples
    --------
    >>> blocks_of([np.zeros((5, 8))], 2)
    [(0, 2), (2, 4), (4, 5)]
    """
    rows = len(arrays[0])
    chunked = [a for a in arrays if is_stored(a) and a.ends is not None]
    if not chunked:
        ends: Iterable[int] = (*range(size, rows, size), rows)
    else:
        largest = max(chunked, key=lambda a: row_bytes(tuple(a.shape[1:]), a.dtype))
        ends = largest.ends.tolist()
    blocks: list[Block] = []
    start = before = 0
    for end in ends:
        if before > start and end - start > size:  # the block is full without this chunk
            blocks.append((start, before))
            start = before
        before = end
    if rows > start:
        blocks.append((start, rows))
    return blocks


def windows_of(blocks: Sequence[Block], size: int, seed: int | None = None) -> list[list[Block]]:
    """Return the blocks of each window: in order, or in one that is drawn.

    Examples
    --------
    >>> windows_of([(0, 2), (2, 4), (4, 5)], 4)
    [[(0, 2), (2, 4)], [(4, 5)]]
    """
    ordered: Iterable[Block] = blocks
    if seed is not None:
        ordered = (blocks[i] for i in np.random.default_rng(seed).permutation(len(blocks)))
    windows: list[list[Block]] = []
    room = 0
    for start, stop in ordered:
        if not windows or stop - start > room:
            windows.append([])
            room = size
        windows[-1].append((start, stop))
        room -= stop - start
    return windows


def read(
    arrays: Sequence[Any],
    windows: Sequence[Sequence[Block]],
    seed: int | None,
    first: int,
    check: Check | None,
    rooms: Rooms,
) -> Iterator[Window]:
    """Yield the windows from the one of a place on.

    Parameters
    ----------
    arrays : sequence of numpy.ndarray or Rows
    windows : sequence
        The blocks of each.
    seed : int or None
        Draws the order of the rows in each window; None leaves them as they lie.
    first : int
        The place in the pass that is wanted first.
    check : callable, optional
        Called with each block, and the number of its first row.
    rooms : collections.deque
        Written over; the caller puts the `room` of windows there that it is done with.
    """
    sizes = [sum(stop - start for start, stop in blocks) for blocks in windows]
    start = 0
    for number, (blocks, rows) in enumerate(zip(windows, sizes, strict=True)):
        if start + rows > first:
            order = None
            if seed is not None:
                order = np.random.default_rng((seed, number)).permutation(rows)
            if order is None and len(blocks) == 1:
                block, room = _block(arrays, *blocks[0], check), None
            else:
                room = _room(arrays, max(sizes), rooms)
                block = [a[:rows] for a in room]
                _fill(block, arrays, blocks, order, check)
            yield Window(start, start + rows, block, room)
        start += rows


def _fill(
    window: Sequence[np.ndarray],
    arrays: Sequence[Any],
    blocks: Sequence[Block],
    order: Any,
    check: Check | None,
) -> None:
    at = 0
    for start, stop in blocks:
        places = slice(at, at + stop - start)
        for whole, block in zip(window, _block(arrays, start, stop, check), strict=True):
            whole[places if order is None else order[places]] = block
        at += stop - start


def _room(arrays: Sequence[Any], rows: int, rooms: Rooms) -> list[np.ndarray]:
    """Return arrays for so many rows: those of a window that is done with, where they are there."""
    while rooms:
        room = rooms.popleft()
        if len(room[0]) >= rows:
            return room
    return [np.empty((rows, *a.shape[1:]), a.dtype) for a in arrays]


def _block(arrays: Sequence[Any], start: int, stop: int, check: Check | None) -> list[np.ndarray]:
    block = [a.block(start, stop) if is_stored(a) else np.asarray(a[start:stop]) for a in arrays]
    if check is not None:
        try:
            check(block, start)
        except CornuError as error:
            raise type(error)(f"In rows {start} to {stop} of the data: {error}") from error
    return block
