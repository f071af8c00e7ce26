"""`tf.summary`: numbers for TensorBoard, written by its own writer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu_keras.compat.tensorflow.graphs import is_symbolic, of_variables
from cornu_keras.compat.tensorflow.odds import no_op
from cornu_keras.compat.tensorflow.old_summary import FileWriter, merge, merge_all, of_graph
from cornu_keras.compat.tensorflow.values import convert_to_tensor, is_tensor

__all__ = [
    "FileWriter", "SummaryWriter", "create_file_writer", "create_noop_writer", "experimental",
    "flush", "histogram", "image", "merge", "merge_all", "record_if", "scalar",
    "should_record_summaries", "text", "trace_export", "trace_off", "trace_on",
]  # fmt: skip

trace_on = trace_off = trace_export = no_op
_writers: list[Any] = [None]
_recording: list[Any] = [True]
_step: list[Any] = [None]


class SummaryWriter:
    """A folder of events; inside `with writer.as_default():` what is told goes there."""

    def __init__(self, logdir: Any) -> None:
        from cornu.callbacks import TensorBoard

        self._events: Any = None if logdir is None else TensorBoard(str(logdir))._file("")

    @contextlib.contextmanager
    def as_default(self, step: Any = None) -> Iterator[SummaryWriter]:
        """Write here, inside."""
        before = _step[-1] if step is None else step
        _writers.append(self)
        _step.append(before)
        try:
            yield self
        finally:
            _step.pop()
            _writers.pop()
            self.flush()

    set_as_default = as_default

    def flush(self) -> None:
        """Put everything on the disk."""
        if self._events is not None:
            self._events.flush()

    def close(self) -> None:
        """Put everything on the disk and close the file."""
        if self._events is not None:
            self._events.close()

    init = no_op


def create_file_writer(
    logdir: Any, max_queue: Any = None, flush_millis: Any = None, filename_suffix: Any = None,
    name: Any = None, experimental_trackable: bool = False,
) -> SummaryWriter:  # fmt: skip
    """Return what writes events into a folder."""
    return SummaryWriter(logdir)


def create_noop_writer() -> SummaryWriter:
    """Return what writes nothing."""
    return SummaryWriter(None)


def _told(step: Any) -> tuple[Any, int] | None:
    """Return where to write and the step, None where nothing is written."""
    writer = _writers[-1]
    if writer is None or writer._events is None or not should_record_summaries():
        return None
    step = _step[-1] if step is None else step
    if step is None:
        raise ValueError("No step set: pass step=, or call tf.summary.experimental.set_step first.")
    return writer._events, int(step)


def _of_graph(data: Any) -> bool:
    return is_symbolic(data) or of_variables(data)


def scalar(name: str, data: Any, step: Any = None, description: Any = None) -> Any:
    """Write one number; of a graph of TensorFlow 1, return what a session makes a summary of."""
    if _of_graph(data):
        return of_graph(name, data, "simple_value")
    told = _told(step)
    if told is not None:
        told[0].scalar(name, float(data), told[1])
    return told is not None


def histogram(
    name: str, data: Any, step: Any = None, buckets: Any = None, description: Any = None
) -> Any:
    """Write how numbers are distributed; of a graph, as `scalar`."""
    if _of_graph(data):
        return of_graph(name, data, "histo")
    told = _told(step)
    if told is not None:
        told[0].histogram(name, np.asarray(data), told[1])
    return told is not None


def image(
    name: str, data: Any, step: Any = None, max_outputs: int = 3, description: Any = None
) -> Any:
    """Write pictures, `(count, height, width, channels)`; of a graph, as `scalar`."""
    if _of_graph(data):
        return of_graph(name, data, "image")
    told = _told(step)
    if told is not None:
        told[0].images(name, np.asarray(data)[:max_outputs], told[1])
    return told is not None


def text(name: str, data: Any, step: Any = None, description: Any = None) -> bool:
    """Write a text."""
    told = _told(step)
    if told is not None:
        said = convert_to_tensor(data).numpy() if is_tensor(data) else data
        said = said.decode() if isinstance(said, bytes) else str(said)
        told[0].text(name, said, "text", told[1])
    return told is not None


def flush(writer: Any = None, name: Any = None) -> None:
    """Put everything on the disk."""
    writer = writer or _writers[-1]
    if writer is not None:
        writer.flush()


@contextlib.contextmanager
def record_if(condition: Any) -> Iterator[None]:
    """Write inside only if a condition holds."""
    _recording.append(condition)
    try:
        yield
    finally:
        _recording.pop()


def should_record_summaries() -> bool:
    """Tell whether anything is written now."""
    condition = _recording[-1]
    return bool(condition() if callable(condition) else condition)


class experimental:
    """The step that is meant where none is told."""

    @staticmethod
    def set_step(step: Any) -> None:
        """Set it."""
        _step[-1] = step

    @staticmethod
    def get_step() -> Any:
        """Return it."""
        return _step[-1]
