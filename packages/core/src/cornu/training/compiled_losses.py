"""The losses that `compile` was told, one or more per output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

import cornu_ops as ops
from cornu.base.loss import Loss, LossFunctionWrapper
from cornu.base.metric import Mean
from cornu.base.naming import distinct
from cornu.plugins import registry
from cornu.training.first_values import FirstValues
from cornu.training.meanings import chosen_by_targets, own_name
from cornu.training.outputs import Outputs
from cornu_data.names import entry_of
from cornu_engine import tree
from cornu_engine.errors import DataError
from cornu_engine.graph import scope
from cornu_engine.trace import current_trace
from cornu_engine.variable import Variable
from cornu_ops.targets import (
    TargetRule,
    check_target_values,
    kind_of_targets,
    rule_for,
    takes_integers,
)

__all__ = ["CompiledLosses"]


class _Term(NamedTuple):
    position: int  # of the output
    loss: Loss
    weight: float | None
    tracker: Mean | None


class CompiledLosses(FirstValues):
    """The sum of the losses of all outputs, and the mean of each where there are several.

    Parameters
    ----------
    loss : str, function, Loss, or a list or dict of them
        One for all outputs, or one for each; several in a list for one output are added up.
    loss_weights : float, Variable, list or dict, optional
        Factor of each loss in the sum.
    output_names : sequence of str, optional
        The model's names for its outputs.

    Raises
    ------
    UnknownNameError
        At once, for a string that names no loss.

    Examples
    --------
    >>> import numpy as np
    >>> losses = CompiledLosses(lambda y, p: (y - p) ** 2, loss_weights=0.5)
    >>> float(losses(np.zeros((2, 1)), np.full((2, 1), 2.0)))
    2.0
    """

    def __init__(
        self, loss: Any, loss_weights: Any = None, output_names: Sequence[str] | None = None
    ) -> None:
        is_config = isinstance(loss, dict) and "class_name" in loss
        self._loss = _resolve(loss) if is_config else tree.map_structure(_resolve, loss)
        self._weights = loss_weights
        self.shows_each = False  # also where there is one only
        self.output_names = list(output_names or [])
        self._terms: list[_Term] | None = None
        self.trackers: list[Mean] = []
        self.rules: list[TargetRule] = []
        factors = (list, tuple, dict, float, int, Variable, type(None))
        if not isinstance(loss_weights, factors) or isinstance(loss_weights, bool):
            raise ValueError(
                f"loss_weights={loss_weights!r} is no factor: pass a number, a list with one "
                f"number per output, or a dict with names of outputs as keys."
            )

    def take_numbers(self, names: Sequence[str]) -> list[bool]:
        """Tell of each output whether its loss takes class numbers, as far as it can be told."""
        loss = self._loss
        if isinstance(loss, dict):
            return [_takes_numbers(entry_of(loss, name)) for name in names or sorted(loss)]
        if isinstance(loss, (list, tuple)) and len(loss) == (len(names) or len(loss)):
            return list(map(_takes_numbers, loss))
        return [_takes_numbers(loss)] * (len(names) or 1)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Return the weighted sum of all losses, or None if no output has one."""
        outputs = Outputs(y_pred, self.output_names)
        by_output = self._by_output(outputs)
        targets = outputs.targets(y_true, [bool(losses) for losses in by_output])
        if self._terms is None:
            self._terms = self._build(outputs, by_output, targets)
            self.trackers = [term.tracker for term in self._terms if term.tracker is not None]
            self._take_first_values([v for metric in self.trackers for v in metric.variables])
        self.rules = self._rules(outputs, targets, y_true)
        trace = current_trace()
        if trace is not None and trace.eager:  # the values are at hand
            check_target_values(tree.map_structure(_concrete, y_true), self.rules)
        weights = _weights(sample_weight, outputs, targets)
        total = None
        for term in self._terms:
            position = term.position
            with scope("loss"):
                target, predicted = targets[position], outputs.values[position]
                weight = weights[position]
                value = term.loss(_each(target, predicted, weight), predicted, weight)
            if term.tracker is not None:
                samples = tree.flatten(outputs.values[position])[0].shape[0]
                term.tracker.update_state(ops.mean(value), sample_weight=samples)
            if term.weight is not None:
                value = ops.multiply(value, term.weight)
            total = value if total is None else ops.add(total, value)
        return total

    def _by_output(self, outputs: Outputs) -> list[list[Any]]:
        loss = self._loss
        if len(outputs) == 1 and isinstance(loss, (list, tuple)):
            loss = [loss]
        entries = outputs.align(loss, "loss", spread=True)
        return [[one for one in tree.flatten(entry) if one is not None] for entry in entries]

    def _build(
        self, outputs: Outputs, by_output: list[list[Any]], targets: list[Any]
    ) -> list[_Term]:
        weights = self._factors(outputs, by_output)
        built: list[tuple[int, Loss, Any]] = []
        for position, losses in enumerate(by_output):
            if losses and targets[position] is None:
                raise DataError(
                    f"Output {outputs.names[position]!r} has the loss {_name(losses[0])!r}, but y "
                    f"holds no target for it."
                )
            for index, one in enumerate(losses):
                loss = _as_loss(one, targets[position], outputs.values[position])
                built.append((position, loss, weights[position][index]))
        several = len(built) > 1 or self.shows_each
        return [
            _Term(position, loss, weight, Mean(name=f"{name}_loss") if several else None)
            for (position, loss, weight), name in zip(built, _names(built, outputs), strict=True)
        ]

    def _factors(self, outputs: Outputs, by_output: list[list[Any]]) -> list[list[Any]]:
        """Return the factor of each loss of each output, None for 1."""
        given = self._weights
        count = sum(len(losses) for losses in by_output)
        if isinstance(given, (list, tuple)) and len(given) == count and len(outputs) != count:
            flat = iter(given)
            return [[next(flat) for _ in losses] for losses in by_output]
        if len(outputs) == 1 and isinstance(given, (list, tuple)):
            given = given if len(given) == 1 else [list(given)]
        entries = outputs.align(given, "loss_weights", spread=given is None)
        found = []
        for name, entry, losses in zip(outputs.names, entries, by_output, strict=True):
            factors = list(entry) if isinstance(entry, (list, tuple)) else [entry] * len(losses)
            if len(factors) != len(losses):
                raise DataError(
                    f"loss_weights holds {len(factors)} factors for output {name!r}, which has "
                    f"{len(losses)} loss{'es' if len(losses) != 1 else ''}. Pass one for each."
                )
            found.append(factors)
        return found

    def _rules(self, outputs: Outputs, targets: list[Any], y_true: Any) -> list[TargetRule]:
        leaves = tree.flatten(y_true)
        rules = []
        for term in self._terms or []:
            target, predicted = targets[term.position], outputs.values[term.position]
            if not hasattr(target, "shape") or not hasattr(predicted, "shape"):
                continue
            place = next(i for i, leaf in enumerate(leaves) if leaf is target)
            rule = rule_for(term.loss, outputs.names[term.position], place, target, predicted)
            if rule is not None:
                rules.append(rule)
        return rules


def _resolve(identifier: Any) -> Any:
    """Look a name up at once, so that a misspelt one is named by `compile` and not by `fit`."""
    if identifier is None or (
        isinstance(identifier, str) and chosen_by_targets("loss", identifier) is not None
    ):
        return identifier
    if isinstance(identifier, (str, dict)):
        name = identifier if isinstance(identifier, str) else None
        return _as_object(registry.get("loss", identifier), name)
    return _as_object(identifier, None)


def _as_loss(resolved: Any, y_true: Any, y_pred: Any) -> Loss:
    if not isinstance(resolved, str):
        return resolved
    by_targets = chosen_by_targets("loss", resolved) or {}  # "ce": which one, the shapes say
    name = by_targets[kind_of_targets(y_true, y_pred)]
    return _as_object(registry.get("loss", name), resolved)


def _as_object(loss: Any, name: str | None) -> Any:
    if isinstance(loss, type):
        loss = loss()
    if isinstance(loss, Loss):
        return loss
    if not callable(loss):
        raise TypeError(
            f"{loss!r} is no loss. Pass a name such as 'mse', a function of (y_true, y_pred), or "
            f"an object from cornu.losses."
        )
    return LossFunctionWrapper(loss, name=name or own_name(loss))


def _takes_numbers(loss: Any) -> bool:
    return any(map(takes_integers, tree.flatten(loss)))


def _concrete(value: Any) -> Any:
    return None if value is None else np.asarray(value)


def _each(target: Any, predicted: Any, weight: Any) -> Any:
    """Return the target with the last axis of size 1 of the output, where each value has a weight.

    A loss would drop that axis of the output otherwise, and take its mean over the next one.
    """
    shapes = [tuple(getattr(x, "shape", ())) for x in (target, predicted, weight)]
    if len(shapes[2]) > 1 and shapes[1] == (*shapes[0], 1) and len(shapes[2]) == len(shapes[0]):
        return ops.expand_dims(target, -1)
    return target


def _name(loss: Any) -> str:
    return getattr(loss, "name", None) or str(loss)


def _names(found: list[tuple[int, Loss, Any]], outputs: Outputs) -> list[str]:
    """Losses are named after their outputs; several of one output after themselves."""
    times = Counter(position for position, _, _ in found)
    return distinct(
        outputs.names[position] if times[position] == 1 and len(outputs) > 1 else loss.name
        for position, loss, _ in found
    )


def _weights(sample_weight: Any, outputs: Outputs, targets: list[Any]) -> list[Any]:
    if sample_weight is None:
        return [None] * len(outputs)
    if not tree.is_nested(sample_weight):
        return [sample_weight] * len(outputs)
    return outputs.targets(sample_weight, [target is not None for target in targets])
