"""Windows over a series, as a `Sequence` of batches: Keras 2's class for it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from cornu_data.dataset import PyDataset
from cornu_engine.errors import DataError
from cornu_preprocessing.arguments import whole

__all__ = ["TimeseriesGenerator", "timeseries_generator_from_json"]


class TimeseriesGenerator(PyDataset):
    """Windows over a series that end before a step, with the target of that step.

    Parameters
    ----------
    data : array or list
        One entry per time step, shape (steps, *features).
    targets : array or list
        One per entry of `data`.
    length : int
        Time steps that a window spans.
    sampling_rate : int
        Only each such step of a window is kept.
    stride : int
        Steps between one window and the next.
    start_index, end_index : int
        The part of the series to use; the end is included, and by default the last entry.
    shuffle : bool
        Whether windows are drawn at random, by NumPy's global generator.
    reverse : bool
        Whether each window runs backwards in time.
    batch_size : int
        Windows per batch; the last batch may be shorter.
    **options
        `workers`, `use_multiprocessing` and `max_queue_size` of `cornu.utils.Sequence`.

    Raises
    ------
    DataError
        If data and targets differ in length, or no window fits.

    Example
    -------
    >>> series = np.arange(10)
    >>> windows = TimeseriesGenerator(series, series, length=3, batch_size=2)
    >>> x, y = windows[0]
    >>> x.tolist(), y.tolist(), len(windows)
    ([[0, 1, 2], [1, 2, 3]], [3, 4], 4)
    """

    def __init__(
        self,
        data: Any,
        targets: Any,
        length: int,
        sampling_rate: int = 1,
        stride: int = 1,
        start_index: int = 0,
        end_index: int | None = None,
        shuffle: bool = False,
        reverse: bool = False,
        batch_size: int = 128,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        if len(data) != len(targets):
            raise DataError(
                f"data has {len(data)} entries and targets {len(targets)}: there must be one "
                "target per entry."
            )
        counts = {
            "length": length,
            "sampling_rate": sampling_rate,
            "stride": stride,
            "batch_size": batch_size,
        }
        for name, count in counts.items():
            whole(name, count)
        self.data = _by_position(data)
        self.targets = _by_position(targets)
        self.length = length
        self.sampling_rate = sampling_rate
        self.stride = stride
        self.start_index = start_index + length
        self.end_index = len(data) - 1 if end_index is None else end_index
        self.shuffle = shuffle
        self.reverse = reverse
        self.batch_size = batch_size
        if self.start_index > self.end_index:
            raise DataError(
                f"`start_index+length={self.start_index} > end_index={self.end_index}` is "
                f"disallowed: not one window fits. Shorten length={length}, or give more data."
            )

    def __len__(self) -> int:
        span = self.batch_size * self.stride
        return (self.end_index - self.start_index + span) // span

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        if self.shuffle:
            rows = np.random.randint(self.start_index, self.end_index + 1, size=self.batch_size)
        else:
            span = self.batch_size * self.stride
            start = self.start_index + span * index
            rows = np.arange(start, min(start + span, self.end_index + 1), self.stride)
        steps = np.arange(-self.length, 0, self.sampling_rate)
        windows = _entries(self.data, rows[:, None] + steps)
        return windows[:, ::-1] if self.reverse else windows, _entries(self.targets, rows)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments, data included, as JSON can hold them."""
        return {
            "data": _as_json(self.data, "data"),
            "targets": _as_json(self.targets, "targets"),
            "length": self.length,
            "sampling_rate": self.sampling_rate,
            "stride": self.stride,
            # as Keras writes it: the first step that has a whole window before it
            "start_index": self.start_index,
            "end_index": self.end_index,
            "shuffle": self.shuffle,
            "reverse": self.reverse,
            "batch_size": self.batch_size,
        }

    def to_json(self, **kwargs: Any) -> str:
        """Return a JSON text; `timeseries_generator_from_json` reads it back.

        Parameters
        ----------
        **kwargs
            For `json.dumps`.
        """
        config = {"class_name": type(self).__name__, "config": self.get_config()}
        return json.dumps(config, **kwargs)


def timeseries_generator_from_json(json_string: str) -> TimeseriesGenerator:
    """Return the generator that a JSON text describes.

    Example
    -------
    >>> windows = TimeseriesGenerator([[1], [2], [3]], [4, 5, 6], length=1, batch_size=2)
    >>> again = timeseries_generator_from_json(windows.to_json())
    >>> again[0][1].tolist() == windows[0][1].tolist()
    True
    """
    config = dict(json.loads(json_string)["config"])
    for name in ("data", "targets"):
        config[name] = json.loads(config[name])
    config["start_index"] -= config["length"]
    return TimeseriesGenerator(**config)


def _by_position(values: Any) -> Any:
    """Return a frame or series of pandas as an array: windows go by position, not by its index."""
    return values.to_numpy() if hasattr(values, "iloc") else values


def _entries(values: Any, rows: np.ndarray) -> np.ndarray:
    if isinstance(values, np.ndarray):
        return values[rows]
    if rows.ndim == 1:
        return np.array([values[row] for row in rows.tolist()])
    return np.array([[values[step] for step in window] for window in rows.tolist()])


def _as_json(values: Any, name: str) -> str:
    values = values.tolist() if isinstance(values, np.ndarray) else values
    try:
        return json.dumps(values)
    except TypeError as error:
        raise DataError(f"{name} cannot be written as JSON: {error}.") from error
