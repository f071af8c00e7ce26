"""Reading rows by position, and adding rows up by position."""

from __future__ import annotations

import numpy as np


def gather(x: np.ndarray, indices: np.ndarray, axis: int, out: np.ndarray) -> None:
    """out = x taken at `indices` along `axis`.

    Raises
    ------
    IndexError
        For a position that is not in `x`: `np.take` into `out` would wrap it around.
    """
    check_positions(indices, x.shape[axis])
    np.take(x, indices, axis, out=out, mode="wrap")


def scatter_add(
    indices: np.ndarray,
    updates: np.ndarray,
    axis: int,
    out: np.ndarray,
    first: int = 0,
    size: int | None = None,
) -> None:
    """out = 0, then out[..., indices, ...] += updates along `axis`, repeated positions added up.

    Updates are sorted by position; those that are alone are copied, and each run of equal positions
    is summed at once: many times faster than `np.add.at`, and independent of anything but the
    values.

    Parameters
    ----------
    indices, updates : ndarray
    axis : int
    out : ndarray
    first, size : int
        `out` holds the positions from `first` on, of `size` in all; the others are left out.
    """
    out.fill(0)
    if not updates.size:
        return
    size = out.shape[axis] if size is None else size
    check_positions(indices, size)
    rank = indices.ndim
    front = np.moveaxis(out, axis, 0)
    rows = np.moveaxis(updates, range(axis, axis + rank), range(rank)).reshape(-1, *front.shape[1:])
    places = indices.reshape(-1)
    if places.min() < 0:
        places = np.where(places < 0, places + size, places)
    order = np.argsort(places, kind="stable")
    places = places[order]
    if len(front) < size:
        own = slice(*np.searchsorted(places, (first, first + len(front))))
        order, places = order[own], places[own] - first
    if len(places):
        _add_runs(front, places, rows, order)


def _add_runs(front: np.ndarray, places: np.ndarray, rows: np.ndarray, order: np.ndarray) -> None:
    starts = np.flatnonzero(np.concatenate(([True], places[1:] != places[:-1])))
    counts = np.diff(starts, append=len(places))
    alone = counts == 1  # most positions of an embedding: a plain copy
    front[places[starts[alone]]] = rows[order[starts[alone]]]
    if not alone.all():
        shared = counts[~alone]
        repeated = rows[order[~np.repeat(alone, counts)]]
        sums = np.add.reduceat(repeated, np.cumsum(shared) - shared, axis=0, dtype=front.dtype)
        front[places[starts[~alone]]] = sums


def check_positions(indices: np.ndarray, size: int) -> None:
    """Raise IndexError for a position outside of [-size, size)."""
    if not indices.size:
        return
    low, high = indices.min(), indices.max()
    if low < -size or high >= size:
        wrong = int(high if high >= size else low)
        raise IndexError(
            f"Position {wrong} is out of range for an axis of {size}: it should be in [0, {size})."
        )
