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
from cornu_data.outputs import Outputs, Path, nearest
from cornu_engine import tree
from cornu_engine.errors import DataError
from cornu_engine.graph import Node, leaf, scope
from cornu_engine.trace import current_trace
from cornu_engine.variable import Variable
from cornu_ops.targets import (
    TargetRule,
    check_target_values,
    kind_of_targets,
    rule_for,
    takes_integers,
    target_of,
)

__all__ = ["CompiledLosses"]


class _Term(NamedTuple):
    path: Path  # of the output, or of the structure of outputs that the loss takes whole
    loss: Loss
    weight: float | None
    tracker: Mean | None


class CompiledLosses(FirstValues):
    """The sum of the losses of all outputs, and the mean of each where there are several.

    Parameters
    ----------
    loss : str, function, Loss, or a structure of them
        One for all outputs, or one for each in the structure of the outputs, None where there is
        none; several in a list for one output are added up. A function of yours that stands where
        the model returns a structure is given the structure.
    loss_weights : float, Variable, or a structure of them, optional
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
        self.takes_nan = False  # as a number like others
        self.output_names = list(output_names or [])
        self._terms: list[_Term] | None = None
        self.trackers: list[Mean] = []
        self.rules: list[TargetRule] = []
        self.predicted: Any = None  # leaves like the outputs of the last step that was traced
        factors = (list, tuple, dict, float, int, Variable, type(None))
        if not isinstance(loss_weights, factors) or isinstance(loss_weights, bool):
            raise ValueError(
                f"loss_weights={loss_weights!r} is no factor: pass a number, a list with one "
                f"number per output, or a dict with names of outputs as keys."
            )

    def take_numbers(self, outputs: Outputs | None) -> list[bool]:
        """Tell of each output whether its loss takes class numbers, as far as it can be told."""
        outputs = outputs or Outputs(self._loss)  # not built: as many outputs as there are losses
        try:
            entries = outputs.align(self._loss, "loss")
        except DataError:  # said when the loss is used
            return [False] * len(outputs)
        return [any(map(takes_integers, tree.flatten(entry))) for entry in entries]

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Return the weighted sum of all losses, or None if no output has one."""
        outputs, targets = self.prepare(y_true, y_pred)
        trace = current_trace()
        if trace is not None and trace.eager:  # the values are at hand
            check_target_values(tree.map_structure(_concrete, y_true), self.rules)
        elif trace is not None:
            self.predicted = tree.map_structure(_leaf_like, y_pred)
        weights = _weights(sample_weight, outputs, targets)
        total = None
        for term in self._terms or ():
            with scope("loss"):
                target, predicted, weight = (
                    outputs.at(term.path, values) for values in (targets, outputs.values, weights)
                )
                weight = _one_weight(weight, term.loss)
                value = term.loss(_each(target, predicted, weight), predicted, weight)
            if term.tracker is not None:
                samples = tree.flatten(predicted)[0].shape[0]
                term.tracker.update_state(ops.mean(value), sample_weight=samples)
            if term.weight is not None:
                value = ops.multiply(value, term.weight)
            total = value if total is None else ops.add(total, value)
        return total

    def prepare(self, y_true: Any, y_pred: Any) -> tuple[Outputs, list[Any]]:
        """Make what takes the shapes of a batch; return the outputs, and the target of each."""
        outputs = Outputs(y_pred, self.output_names)
        places = self._places(outputs)
        wanted = {position for path, _ in places for position in outputs.below(path)}
        needed = [position in wanted for position in range(len(outputs))]
        targets = outputs.targets(y_true, needed)
        if self._terms is None:
            self._terms = self._build(outputs, places, targets)
            self.trackers = [term.tracker for term in self._terms if term.tracker is not None]
            self._take_first_values([v for metric in self.trackers for v in metric.variables])
        self.rules = self._rules(outputs, targets, y_true)
        return outputs, targets

    def traced_from(self) -> dict[str, Any]:
        """Return what a step follows from: nothing of the step that was traced last."""
        last = ("rules", "predicted")
        return {name: value for name, value in vars(self).items() if name not in last}

    def _places(self, outputs: Outputs) -> list[tuple[Path, list[Any]]]:
        """Return the losses of each output, or of a structure that a loss takes whole."""
        places = []
        for path, entry in outputs.entries(self._loss, "loss").items():
            losses = [loss for loss in tree.flatten(entry) if loss is not None]
            if not losses:
                continue
            is_whole = path != () and not all(_takes_one(loss) for loss in losses)
            below = [path] if is_whole else [outputs.paths[i] for i in outputs.below(path)]
            places += [(place, losses) for place in below]
        return places

    def _build(
        self, outputs: Outputs, places: list[tuple[Path, list[Any]]], targets: list[Any]
    ) -> list[_Term]:
        weights = self._factors(outputs, places)
        built: list[tuple[Path, Loss]] = []
        for path, losses in places:
            for position in outputs.below(path):
                if targets[position] is None:
                    raise DataError(
                        f"Output {outputs.names[position]!r} has the loss {_name(losses[0])!r}, "
                        "but y holds no target for it."
                    )
            target, predicted = outputs.at(path, targets), outputs.at(path, outputs.values)
            built += [(path, _as_loss(one, target, predicted)) for one in losses]
        several = len(built) > 1 or self.shows_each
        return [
            _Term(path, loss, weight, Mean(name=f"{name}_loss") if several else None)
            for (path, loss), weight, name in zip(
                built, weights, _names(built, outputs), strict=True
            )
        ]

    def _factors(self, outputs: Outputs, places: list[tuple[Path, list[Any]]]) -> list[Any]:
        """Return the factor of each loss of each place, None for 1."""
        given = self._weights
        count = sum(len(losses) for _, losses in places)
        is_one = given is not None and not tree.is_nested(given)
        if is_one and tree.is_nested(self._loss) and len(outputs) > 1:
            raise DataError(
                f"loss_weights holds one entry, but the model has {len(outputs)} outputs "
                f"({', '.join(outputs.names)}). Pass a list with one entry per output, or a dict "
                "with their names as keys."
            )
        flat = isinstance(given, (list, tuple)) and not any(map(tree.is_nested, given))
        if flat and len(given) == count and len(outputs) != count:
            in_order = sorted(places, key=lambda place: min(outputs.below(place[0])))
            rest = iter(given)
            by_path = {path: [next(rest) for _ in losses] for path, losses in in_order}
            return [factor for path, _ in places for factor in by_path[path]]
        entries = outputs.entries(given, "loss_weights")
        found: list[Any] = []
        for path, losses in places:
            entry = nearest(entries, path)
            factors = list(entry) if isinstance(entry, (list, tuple)) else [entry]
            factors = factors * len(losses) if len(factors) == 1 else factors
            if len(factors) != len(losses):
                name = outputs.names[outputs.below(path)[0]]
                raise DataError(
                    f"loss_weights holds {len(factors)} factors for output {name!r}, which has "
                    f"{len(losses)} loss{'es' if len(losses) != 1 else ''}. Pass one for each."
                )
            found += factors
        return found

    def _rules(self, outputs: Outputs, targets: list[Any], y_true: Any) -> list[TargetRule]:
        leaves = tree.flatten(y_true)
        rules = []
        for term in self._terms or []:
            target, predicted = (
                outputs.at(term.path, values) for values in (targets, outputs.values)
            )
            if not hasattr(target, "shape") or not hasattr(predicted, "shape"):
                continue
            place = next(i for i, leaf in enumerate(leaves) if leaf is target)
            name = outputs.names[outputs.paths.index(term.path)]
            rule = rule_for(term.loss, name, place, target, predicted)
            if rule is not None and not (self.takes_nan and rule.target.only_nan):
                rules.append(rule)
        return rules


def _leaf_like(value: Any) -> Any:
    """Return a value of no meaning, but of this shape and dtype."""
    return leaf("input", value.shape, value.dtype) if isinstance(value, Node) else value


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


def _takes_one(loss: Any) -> bool:
    """Tell a loss of one output from one that may take a structure of them."""
    return isinstance(loss, str) or target_of(loss) is not None


def _concrete(value: Any) -> Any:
    return None if value is None else np.asarray(value)


def _one_weight(weight: Any, loss: Loss) -> Any:
    """Return no weights for a loss that takes a structure of outputs: it would not know whose."""
    if not tree.is_nested(weight):
        return weight
    if any(leaf is not None for leaf in tree.flatten(weight)):
        raise DataError(
            f"The loss {loss.name!r} takes several outputs together, so weights of samples are "
            "nobody's: give each output a loss of its own, or weigh inside of the function, with "
            "the weights as a part of y."
        )
    return None


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


def _names(found: list[tuple[Path, Loss]], outputs: Outputs) -> list[str]:
    """Losses are named after their outputs; several of one output after themselves."""
    times = Counter(path for path, _ in found)
    return distinct(
        outputs.label(path, loss.name) if times[path] == 1 and len(outputs) > 1 else loss.name
        for path, loss in found
    )


def _weights(sample_weight: Any, outputs: Outputs, targets: list[Any]) -> list[Any]:
    if sample_weight is None:
        return [None] * len(outputs)
    if not tree.is_nested(sample_weight):
        return [sample_weight] * len(outputs)
    wanted = [target is not None for target in targets]
    return outputs.targets(sample_weight, wanted, "sample_weight")
