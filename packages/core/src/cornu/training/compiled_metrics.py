"""The metrics that `compile` was told, for each output."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cornu.base.metric import MeanMetricWrapper, Metric
from cornu.plugins import registry
from cornu.training.first_values import FirstValues
from cornu.training.meanings import chosen_by_targets, own_name
from cornu_data.outputs import Outputs
from cornu_engine import tree
from cornu_engine.errors import DataError
from cornu_engine.graph import scope
from cornu_ops.targets import kind_of_targets

__all__ = ["CompiledMetrics"]


class CompiledMetrics(FirstValues, Metric):
    """All metrics of `compile` as one, whose result is a dict.

    Parameters
    ----------
    metrics, weighted_metrics : list or dict, optional
        Names, functions or objects; for several outputs, one entry or list per output, in the
        structure of the outputs. The weighted ones take sample weights into account.
    output_names : sequence of str, optional
        The model's names for its outputs.

    Raises
    ------
    UnknownNameError
        At once, for a string that names no metric.

    Examples
    --------
    >>> import numpy as np
    >>> metrics = CompiledMetrics([lambda y, p: (y - p) ** 2])
    >>> metrics.update_state(np.zeros((2, 1)), np.full((2, 1), 2.0))
    >>> metrics.result()
    {'lambda': array(4., dtype=float32)}
    """

    def __init__(
        self,
        metrics: Any = None,
        weighted_metrics: Any = None,
        output_names: Sequence[str] | None = None,
    ) -> None:
        super().__init__(name="compile_metrics")
        self._asked = {
            "metrics": _listed(metrics, "metrics"),
            "weighted_metrics": _listed(weighted_metrics, "weighted_metrics"),
        }
        self.output_names = list(output_names or [])
        self._by_output: dict[str, list[list[Metric]]] = {}
        self._labels: list[tuple[str, Metric]] = []

    @property
    def built(self) -> bool:
        """Whether the metrics exist, which takes the shapes of a first batch."""
        return bool(self._by_output)

    @property
    def are_asked(self) -> bool:
        """Whether `compile` was told any."""
        return any(tree.flatten(given) for given in self._asked.values())

    @property
    def metrics(self) -> list[Metric]:
        """The metrics themselves, each once."""
        return list({id(metric): metric for metric in self._all()}.values())

    @property
    def variables(self) -> list[Any]:
        """State of all metrics."""
        return [variable for metric in self.metrics for variable in metric.variables]

    @property
    def names_with_more(self) -> list[str]:
        """Those names of results that are not a metric's own, but with an output's or a number."""
        return [label for label, metric in self._labels if label != metric.name]

    @property
    def names(self) -> list[str]:
        """Names of the results, as far as they are known."""
        if self.built:
            return list(dict(self._labels))
        asked = [m for given in self._asked.values() for m in tree.flatten(given) if m is not None]
        several = len(self.output_names) > 1
        return [] if several else [m if isinstance(m, str) else own_name(m) for m in asked]

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch to each metric."""
        if not self.are_asked:
            return
        outputs, targets = self.prepare(y_true, y_pred)
        weights = self._weights(outputs, sample_weight)
        for argument, by_output in self._by_output.items():
            rows = zip(by_output, targets, outputs.values, weights, strict=True)
            for metrics, target, predicted, weight in rows:
                for metric in metrics:
                    with scope(metric.name):
                        if argument == "metrics":
                            metric.update_state(target, predicted)
                        else:
                            metric.update_state(target, predicted, sample_weight=weight)

    def prepare(self, y_true: Any, y_pred: Any) -> tuple[Outputs, list[Any]]:
        """Make the metrics, which takes a batch's shapes; return the outputs and their targets."""
        outputs = Outputs(y_pred, self.output_names)
        targets = self._targets(outputs, y_true)
        if not self.built:
            self._build(outputs, targets)
        return outputs, targets

    def result(self) -> dict[str, Any]:
        """Return the value of each metric so far."""
        results: dict[str, Any] = {}
        for label, metric in self._labels:
            value = metric.result()
            results.update(value if isinstance(value, dict) else {label: value})
        return results

    def reset_state(self) -> None:
        """Return each metric to its state before the first batch."""
        self.first_values = ()
        for metric in self.metrics:
            metric.reset_state()

    def get_config(self) -> dict[str, Any]:
        """Return what `compile` was told."""
        return {**self._asked, "output_names": self.output_names}

    def _all(self) -> Iterator[Metric]:
        for by_output in self._by_output.values():
            for metrics in by_output:
                yield from metrics

    def _targets(self, outputs: Outputs, y_true: Any) -> list[Any]:
        wanted = [False] * len(outputs)
        for argument, given in self._asked.items():
            for position, entry in enumerate(self._aligned(outputs, given, argument)):
                wanted[position] |= bool(entry)
        targets = outputs.targets(y_true, wanted)
        for name, target, needed in zip(outputs.names, targets, wanted, strict=True):
            if needed and target is None:
                raise DataError(f"Output {name!r} has metrics, but y holds no target for it.")
        return targets

    def _weights(self, outputs: Outputs, sample_weight: Any) -> list[Any]:
        if not tree.is_nested(sample_weight):
            return [sample_weight] * len(outputs)
        return outputs.targets(sample_weight, [True] * len(outputs), "sample_weight")

    def _build(self, outputs: Outputs, targets: list[Any]) -> None:
        made: dict[str, list[list[Metric]]] = {}
        for argument, given in self._asked.items():
            entries = self._aligned(outputs, given, argument)
            rows = zip(entries, targets, outputs.values, strict=True)
            made[argument] = [[_metric(m, t, p) for m in entry] for entry, t, p in rows]
        self._labels = list(_labels(made, outputs))
        self._by_output = made
        self._take_first_values(self.variables)

    def _aligned(self, outputs: Outputs, given: Any, argument: str) -> list[list[Any]]:
        """Return the list of metrics of each output."""
        if len(outputs) == 1:  # all of them, however they are grouped
            return [[m for m in tree.flatten(given) if m is not None]] if given else [[]]
        spread = isinstance(given, list) and len(given) == 1 and len(outputs) > 1
        entries = outputs.align(given[0] if spread else given or None, argument)
        return [[m for m in tree.flatten(entry) if m is not None] for entry in entries]


def _listed(given: Any, argument: str) -> Any:
    """Return a list or dict, its names looked up, so that a misspelt one is named by `compile`."""
    if given is None:
        return []
    if isinstance(given, tuple):
        given = list(given)
    if isinstance(given, str) or (not isinstance(given, (list, dict)) and callable(given)):
        raise ValueError(
            f"{argument}={given!r} must be a list, or a dict by output: write "
            f"{argument}=[{given!r}]."
        )
    if not isinstance(given, (list, dict)):
        raise ValueError(
            f"{argument}={given!r} must be a list of metrics, or a dict of them by output."
        )
    for one in tree.flatten(given):
        if isinstance(one, str):
            registry.lookup("metric", one)
        elif (
            one is not None
            and not isinstance(one, str)
            and not callable(one)
            and not isinstance(one, Metric)
        ):
            raise TypeError(
                f"{argument} holds {one!r}, which is no metric. Pass a name such as 'accuracy', a "
                f"function of (y_true, y_pred), or an object from cornu.metrics."
            )
    return given


def _metric(identifier: Any, y_true: Any, y_pred: Any) -> Metric:
    """Return the metric that was asked for; a string keeps its spelling as the name in logs."""
    if isinstance(identifier, Metric):
        return identifier
    metric: Any = identifier
    if isinstance(identifier, str):
        by_targets = chosen_by_targets("metric", identifier)
        name = by_targets[kind_of_targets(y_true, y_pred)] if by_targets else identifier
        metric = registry.get("metric", name)
    elif isinstance(identifier, type):
        metric = identifier()
    label = identifier if isinstance(identifier, str) else own_name(metric)
    if not isinstance(metric, Metric):
        return MeanMetricWrapper(metric, name=label)
    metric.name = label
    return metric


def _labels(made: dict[str, list[list[Metric]]], outputs: Outputs) -> Iterator[tuple[str, Metric]]:
    """Name each result: after its output where there are several, numbered where names repeat."""
    taken: dict[str, int] = {}
    for argument, by_output in made.items():
        for output, metrics in zip(outputs.names, by_output, strict=True):
            prefix = f"{output}_" if len(outputs) > 1 and outputs.named else ""
            for metric in metrics:
                label = prefix + metric.name
                if label in taken and argument == "weighted_metrics":
                    label = f"{prefix}weighted_{metric.name}"
                if label in taken:
                    number = taken[label]
                    taken[label] += 1
                    label = f"{label}_{number}"
                else:
                    taken[label] = 1
                yield label, metric
