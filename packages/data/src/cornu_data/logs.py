"""The logs of a batch, read from the program's state only when a callback looks at them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from cornu_engine.errors import TracedValueError
from cornu_engine.graph import Node
from cornu_engine.reuse import compiled_trace
from cornu_engine.settings import limits
from cornu_engine.trace import Trace

__all__ = ["ResultReader", "StepLogs", "flat_logs", "in_order", "plain_logs"]


def flat_logs(logs: Any) -> dict[str, Any]:
    """Return a dict of logs with dicts inside it opened.

    Examples
    --------
    >>> flat_logs({"loss": 1, "compile_metrics": {"acc": 2}})
    {'loss': 1, 'acc': 2}
    """
    flat: dict[str, Any] = {}
    for name, value in logs.items():
        flat.update(flat_logs(value) if isinstance(value, dict) else {name: value})
    return flat


def plain_logs(logs: dict[str, Any]) -> dict[str, Any]:
    """Return logs as Python numbers, sorted by name as in Keras; what is no number stays as it is.

    Examples
    --------
    >>> import numpy as np
    >>> plain_logs({"loss": np.float32(0.5), "acc": np.ones(())})
    {'acc': 1.0, 'loss': 0.5}
    """
    return {name: _number(logs[name]) for name in sorted(logs)}


def in_order(logs: dict[str, Any], names: Collection[str]) -> Any:
    """Return the values of logs, those of these names first; a single one is no list.

    Examples
    --------
    >>> in_order({"acc": 1.0, "loss": 0.5, "own": 2.0}, ["loss", "acc"])
    [0.5, 1.0, 2.0]
    >>> in_order({"loss": 0.5}, ["loss"])
    0.5
    """
    known = [name for name in names if name in logs]
    values = [logs[name] for name in [*known, *(name for name in logs if name not in known)]]
    return values[0] if len(values) == 1 else values


def _number(value: Any) -> Any:
    try:
        return float(value)
    except (TypeError, ValueError):  # an array of several numbers, a string
        return value


class StepLogs(dict):
    """A dict of logs that is filled when it is first read.

    It must be filled before the next step, which changes the state it is read from: `keep` does
    that for logs that a callback has put aside.

    Parameters
    ----------
    names : collection of str
        The keys, known without reading.
    read : callable
        Returns the dict.

    Examples
    --------
    >>> logs = StepLogs(["loss"], lambda: print("reading") or {"loss": 0.5})
    >>> "loss" in logs
    True
    >>> logs["loss"]
    reading
    0.5
    """

    __slots__ = ("__weakref__", "_names", "_read")

    def __init__(self, names: Collection[str], read: Callable[[], dict[str, Any]]) -> None:
        super().__init__()
        self._names = names
        self._read: Callable[[], dict[str, Any]] | None = read

    def keep(self) -> StepLogs:
        """Read the values, if that has not been done."""
        if self._read is not None:
            read, self._read = self._read, None
            super().update(read())
        return self

    def __bool__(self) -> bool:
        return bool(self._names) if self._read is not None else super().__len__() > 0

    def __contains__(self, name: object) -> bool:
        return name in self._names if self._read is not None else super().__contains__(name)

    def __len__(self) -> int:
        self.keep()
        return super().__len__()

    def __iter__(self) -> Iterator[str]:
        self.keep()
        return super().__iter__()

    def __getitem__(self, name: str) -> Any:
        self.keep()
        return super().__getitem__(name)

    def __eq__(self, other: object) -> bool:
        return dict(self.items()) == other

    __hash__ = None

    def __repr__(self) -> str:
        return repr(dict(self.items()))

    def __reduce__(self) -> Any:
        return dict, (dict(self.items()),)


def _after_reading(name: str) -> Any:
    original = getattr(dict, name)

    def method(self: StepLogs, *args: Any, **kwargs: Any) -> Any:
        return original(self.keep(), *args, **kwargs)

    method.__name__, method.__doc__ = name, original.__doc__
    return method


for _name in (
    *("keys", "values", "items", "get", "copy", "update", "setdefault", "pop", "popitem", "clear"),
    *("__setitem__", "__delitem__", "__or__", "__ror__", "__ior__", "__reversed__"),
):
    setattr(StepLogs, _name, _after_reading(_name))


class ResultReader:
    """Reads the results of a model's metrics.

    A progress bar reads them some times a second and could as well call each `result()`; a callback
    that reads them after every batch would spend more on that than the batch takes. So they are
    compiled once they have been read often.

    Parameters
    ----------
    names : tuple of str
        The results wanted.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self._reads = 0
        self._run: Any = None

    def read(self, model: Any) -> dict[str, Any]:
        """Return the results by name."""
        if self._run is not None:
            return dict(zip(self.names, self._run(), strict=True))
        self._reads += 1
        if self._reads == limits.often and not model.run_eagerly:
            self._run = _compiled(model, self.names)
        results = flat_logs(model.get_metrics_result())
        return {name: results[name] for name in self.names}


def _compiled(model: Any, names: tuple[str, ...]) -> Any:
    """Return an executable of the results, or None if they are not functions of the state alone."""
    try:
        with Trace("metrics") as trace:
            results = flat_logs(model.get_metrics_result())
            values = [results[name] for name in names]
    except (TracedValueError, TypeError, ValueError):  # a result that Python itself computes
        return None
    if not all(isinstance(value, Node) and value.op != "constant" for value in values):
        return None
    if trace.updates:
        return None
    return compiled_trace("metrics", trace, values, model._backend())[1]
