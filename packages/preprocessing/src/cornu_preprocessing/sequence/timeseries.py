"""Windows over a series, as a data set of batches: Keras 3's function for it."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_engine.errors import DataError
from cornu_preprocessing.arguments import whole
from cornu_preprocessing.dataset import Batches

__all__ = ["timeseries_dataset_from_array"]


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str = "tf",
) -> Batches:
    """Cut a series into windows, and pair each with the target at its start.

    Parameters
    ----------
    data : array
        Shape (steps, *features).
    targets : array or None
        `targets[i]` belongs to the window that starts at step i; None for windows alone.
    sequence_length : int
        Entries per window.
    sequence_stride : int
        Steps from the start of one window to that of the next.
    sampling_rate : int
        Steps from one entry of a window to the next.
    batch_size : int or None
        Windows per batch; None for single windows.
    shuffle : bool
        Whether the windows come in a random order, a new one in each epoch.
    seed : int, optional
        Fixes the orders; the first is the one that Keras draws the windows in.
    start_index, end_index : int, optional
        The part of the series to use; the end is not included.
    format : str
        Accepted for Keras' sake: "tf" and "grain" give the same data set, which is neither's.

    Returns
    -------
    Dataset
        Of batches of shape (batch, sequence_length, *features), paired with (batch, …).

    Raises
    ------
    DataError
        If an index lies outside the series, or not one window fits.

    Example
    -------
    >>> windows = timeseries_dataset_from_array(np.arange(6), np.arange(6) * 10, 3)
    >>> x, y = windows[0]
    >>> x.tolist(), y.tolist()
    ([[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5]], [0, 10, 20, 30])
    """
    if format not in ("tf", "grain"):
        raise DataError(f"format={format!r} must be 'tf' or 'grain'.")
    data = np.asarray(data)
    if data.ndim == 0:
        raise DataError("data is a single number; pass an array with one entry per time step.")
    start, end = _range(len(data), start_index, end_index)
    for name, step in (("sampling_rate", sampling_rate), ("sequence_stride", sequence_stride)):
        if not 0 < whole(name, step) < len(data):
            raise DataError(
                f"{name}={step} must be above 0 and below the {len(data)} steps of the data."
            )
    whole("sequence_length", sequence_length)
    windows = end - start - (sequence_length - 1) * sampling_rate
    if targets is not None:
        targets = np.asarray(targets)
        windows = min(windows, len(targets) - start)
    if windows < 1:
        raise DataError(
            f"Not one window fits: {sequence_length} entries at sampling_rate={sampling_rate} "
            f"span {(sequence_length - 1) * sampling_rate + 1} steps, and there are {end - start}."
        )
    starts = np.arange(0, windows, sequence_stride)
    if shuffle:
        np.random.RandomState(seed).shuffle(starts)
    starts += start
    steps = np.arange(sequence_length) * sampling_rate

    def load(rows: np.ndarray) -> Any:
        first = starts[rows]
        x = data[first[:, None] + steps]
        return x if targets is None else (x, targets[first])

    return Batches(
        len(starts), load, batch_size=batch_size, shuffle=shuffle, seed=seed, first_in_order=True
    )


def _range(length: int, start: int | None, end: int | None) -> tuple[int, int]:
    if start is not None and not 0 <= start < length:
        raise DataError(f"start_index={start} must lie in 0 … {length - 1}, within the data.")
    if end is not None and not 0 < end < length:
        raise DataError(f"end_index={end} must lie in 1 … {length - 1}, within the data.")
    if end is not None and end <= (start or 0):
        raise DataError(f"end_index={end} must lie behind start_index={start or 0}.")
    return start or 0, length if end is None else end
