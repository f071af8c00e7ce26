"""Summaries of TensorFlow 1: what a session computes, and `FileWriter` writes for TensorBoard."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu_keras.compat.tensorflow.graphs import (
    GraphKeys,
    Operation,
    add_to_collection,
    get_collection,
    recorded,
)

__all__ = ["FileWriter", "Summary", "merge", "merge_all", "of_graph"]


class Entry:
    """One entry: a tag, and a number, a picture or many numbers.

    `histo` and `image` are arrays where a session made them.
    """

    def __init__(
        self, tag: str = "", simple_value: float | None = None, image: Any = None,
        histo: Any = None, node_name: str = "",
    ) -> None:  # fmt: skip
        self.tag, self.simple_value, self.image, self.histo = tag, simple_value, image, histo


class _Values(list):
    def add(self, **fields: Any) -> Entry:
        """Append an entry, and return it."""
        self.append(Entry(**fields))
        return self[-1]


class _Picture:
    """A picture as the bytes of a file."""

    def __init__(self, encoded_image_string: bytes = b"", **_: Any) -> None:
        self.encoded_image_string = encoded_image_string

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        from PIL import Image

        return np.asarray(Image.open(io.BytesIO(self.encoded_image_string)), dtype)


class Summary:
    """What is written at one step.

    Examples
    --------
    >>> said = Summary(value=[Summary.Value(tag="loss", simple_value=0.5)])
    >>> said.value.add(tag="accuracy", simple_value=0.9).tag, len(said.value)
    ('accuracy', 2)
    """

    Value = Entry
    Image = _Picture

    def __init__(self, value: Sequence[Entry] = ()) -> None:
        self.value = _Values(value)


def of_graph(name: str, data: Any, field: str) -> Operation:
    """Return what a session makes a summary of; `merge_all` finds it."""
    tensor = recorded(lambda x: x, data)

    def then(found: Any) -> Summary:
        fields: dict[str, Any] = {field: np.asarray(found)}
        return Summary([Entry(name, **fields)])

    made = Operation([tensor], then)
    add_to_collection(GraphKeys.SUMMARIES, made)
    return made


def merge(inputs: Sequence[Operation], collections: Any = None, name: Any = None) -> Operation:
    """Return one summary of several."""
    parts = list(inputs)

    def then(*values: Any) -> Summary:
        each = (part.then([value]) for part, value in zip(parts, values, strict=True))
        return Summary([entry for summary in each for entry in summary.value])

    return Operation([x for part in parts for x in part.wanted], then)


def merge_all(key: Any = None, scope: Any = None, name: Any = None) -> Operation | None:
    """Return one summary of all that were told, None of none."""
    told = get_collection(key or GraphKeys.SUMMARIES)
    return merge(told) if told else None


class FileWriter:
    """Writes summaries into a folder for TensorBoard.

    Parameters
    ----------
    logdir : path
    graph : Graph, optional
        Is not written: `model.summary()` and `plot_model` show a model.
    """

    def __init__(self, logdir: Any, graph: Any = None, *_: Any, **__: Any) -> None:
        from cornu.callbacks import TensorBoard

        self._events = TensorBoard(str(logdir))._file("")

    def add_summary(self, summary: Summary, global_step: Any = None) -> None:
        """Write a summary at a step."""
        step = int(global_step or 0)
        for value in summary.value:
            if value.simple_value is not None:
                self._events.scalar(value.tag, float(value.simple_value), step)
            elif value.image is not None:
                pictures = np.asarray(value.image)
                pictures = pictures if pictures.ndim == 4 else pictures[None]
                self._events.images(value.tag, pictures, step)
            elif value.histo is not None:
                self._events.histogram(value.tag, np.asarray(value.histo), step)

    def add_graph(self, graph: Any = None, global_step: Any = None, graph_def: Any = None) -> None:
        """Do nothing: a graph is not written."""

    def flush(self) -> None:
        """Put everything on the disk."""
        self._events.flush()

    def close(self) -> None:
        """Put everything on the disk and close the file."""
        self._events.close()

    def __enter__(self) -> FileWriter:
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()


def _maker(field: str) -> Callable[..., Operation]:
    def call(
        name: str, tensor: Any = None, max_outputs: int = 3, collections: Any = None,
        family: str | None = None, values: Any = None,
    ) -> Operation:  # fmt: skip
        data = values if tensor is None else tensor
        if field == "image":
            data = recorded(lambda x: x[:max_outputs], data)
        return of_graph(f"{family}/{name}" if family else name, data, field)

    call.__doc__ = "Return what a session makes a summary of."
    return call


scalar, histogram, image = _maker("simple_value"), _maker("histo"), _maker("image")
