"""Metrics read from the state of programs: their results, as a small program of their own."""

from __future__ import annotations

from typing import Any

from cornu_data.logs import flat_logs
from cornu_engine.errors import TracedValueError
from cornu_engine.graph import Node
from cornu_engine.reuse import compiled_trace
from cornu_engine.settings import limits
from cornu_engine.trace import Trace

__all__ = ["ResultReader"]


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
