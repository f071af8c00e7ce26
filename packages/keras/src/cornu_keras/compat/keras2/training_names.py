"""Names of losses and metrics, which are known before the first batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cornu.training.meanings import own_name
from cornu_engine import tree
from cornu_keras.compat.keras2.training_ends import End

__all__ = ["KnownNames"]

if TYPE_CHECKING:
    Beside = Any  # it stands before a model among the bases
else:
    Beside = object


class KnownNames(Beside):
    """A model that says what `evaluate` will return as soon as it is compiled."""

    _ends: tuple[End, ...]

    @property
    def metrics_names(self) -> list[str]:
        """Names of what `evaluate` returns, in its order; known as soon as it is compiled."""
        names, compiled = super().metrics_names, self._compiled
        if compiled is None:
            return names
        parts = [
            (compiled.metrics, compiled.metrics is not None and compiled.metrics.built),
            (compiled.losses, compiled.losses is not None and compiled.losses.trackers),
        ]
        if any(part is not None and not built for part, built in parts):
            names = _names_to_be(self._ends, compiled, names)
        return list(dict.fromkeys([*names, *(name for _, name in self._symbolic_metrics)]))

    def add_metric(self, value: Any, name: str | None = None, aggregation: Any = None) -> None:
        """Show the mean of a value over the epoch; that of a metric is called after it."""
        name = name or getattr(getattr(value, "_metric_obj", None), "name", None)
        super().add_metric(value, name, aggregation)


def _names_to_be(found: tuple[End, ...], compiled: Any, known: list[str]) -> list[str]:
    """Return the names of losses and metrics that the first batch will make."""
    several = len(found) > 1
    names = ["loss"]
    if several:
        names += [f"{end.name}_loss" for end in found if end.loss is not None]
    asked = compiled.metrics._asked if compiled.metrics is not None else {}
    for given in asked.values():
        for end in found:
            entry = given.get(end.name) if isinstance(given, dict) else given
            prefix = f"{end.name}_" if several else ""
            names += [prefix + _name(one) for one in tree.flatten(entry) if one is not None]
    return list(dict.fromkeys([*names, *known])) if found else known


def _name(metric: Any) -> str:
    return metric if isinstance(metric, str) else str(getattr(metric, "name", own_name(metric)))
