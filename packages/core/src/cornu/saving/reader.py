"""A model from what a file holds: its configuration, weights, and where training stopped."""

from __future__ import annotations

import warnings
from typing import Any

from cornu.configuration.config import deserialize
from cornu.saving.wanted import check_wanted
from cornu.saving.weights import plan_weights
from cornu.training.trainable import Trainable
from cornu_data.files.config_names import check_names
from cornu_data.files.plan import Plan
from cornu_data.files.words import Words
from cornu_engine.allowance import spend
from cornu_engine.errors import BadFileError
from cornu_engine.files.hdf5 import Dataset, Group
from cornu_engine.files.rules import Limits
from cornu_engine.variable import Pending, without_memory

_WORK_OF_A_STEP = 50  # of each call of a layer, once the model is used


class Reader:
    """Makes a model from its configuration, then gives it what the file holds.

    Parameters
    ----------
    config, weights, limits, words
        What the file holds, and how it is to be read.
    training : dict, optional
        How the file says the model is compiled.
    kind : type
        What may be made: a file may hold a layer alone, though not one that is compiled.
    """

    def __init__(
        self,
        config: Any,
        weights: Group,
        limits: Limits,
        words: Words,
        training: Any = None,
        kind: type[Any] = Trainable,
    ) -> None:
        self.limits, self.words = limits, words
        config = words.model(config)
        self.order = _layer_names(config)
        check_names(config)
        check_wanted(config, training)
        with without_memory(limits.total) as pending:
            made = deserialize(config, kind="layer")
            if not isinstance(made, Trainable if training else kind):
                raise BadFileError(f"The file describes {made!r}, no model.", "config")
            self.model: Any = made
            spend(_WORK_OF_A_STEP * calls_within(self.model))
            if self.model.built:
                plan = Plan()
                plan_weights(self.model, weights, plan)
                self._give_memory(plan, pending)
            elif _holds_weights(weights):
                raise BadFileError(
                    "The file holds weights, but does not say for inputs of which shape the model "
                    "was built. Make the model, build it and call load_weights.",
                    "shapes",
                )

    def _give_memory(self, plan: Plan, pending: Pending) -> None:
        left = [v for v in self.model.variables if v in pending.makers and not plan.has([v])]
        for variable in left:
            pending.draw(variable.shape, variable.dtype.itemsize)
        makers = dict(pending.makers)
        plan.carry_out(pending)
        for variable in left:
            if not variable.has_memory:
                variable.fill(makers[variable]().astype(variable.dtype))

    def compile(self, config: dict[str, Any]) -> None:
        """Compile the model as a file says."""
        model = self.model
        config = self.words.training(config)
        check_names(config, "compile_config")
        held = sum(v.size * v.dtype.itemsize for v in model.variables)
        with without_memory(self.limits.total + 16 * held):  # slots, and all of them side by side
            model.compile_from_config(config)

    def set_optimizer(self, stored: list[Any], names: list[str] | None) -> None:
        """Set the state of the optimizer, if the file holds one for these weights."""
        model = self.model
        optimizer = model.optimizer
        if optimizer is None or not model.built or not stored:
            return
        pairs = None
        if all(isinstance(x, Dataset) for x in stored):  # Keras 3's Adafactor leaves gaps
            pairs = self.words.slots(optimizer, self._trained(), stored, names)
        if pairs is None and len(stored) <= 2 and all(x.shape == () for x in stored):
            return  # it counted no step yet
        if pairs is None:
            warnings.warn(
                f"The state of {optimizer.name!r} is not loaded: the {len(stored)} arrays in the "
                "file do not fit these weights. Training goes on with a fresh one.",
                stacklevel=6,
            )
            return
        plan = Plan()
        for variable, value in pairs:
            plan.add(variable, value)
        plan.carry_out()

    def _trained(self) -> list[Any]:
        """Return what is trained in the order of the file's layers."""
        own = list(self.model.trainable_variables)
        known = {layer.name: layer for layer in self.model.layers}
        if set(self.order) < set(known) or not set(known) <= set(self.order):
            return own
        ordered = [v for name in self.order if name in known
                   for v in known[name].trainable_variables]  # fmt: skip
        unique = list({id(v): v for v in ordered}.values())
        return unique if len(unique) == len(own) else own


def calls_within(model: Any) -> int:
    """Return how many calls of layers a call of a model leads to: models in it call theirs.

    Examples
    --------
    >>> import cornu
    >>> x = cornu.Input((2,))
    >>> twice = cornu.Model(x, (x + 1.0) * 2.0)
    >>> calls_within(cornu.Model(x, twice(twice(x))))
    7
    """
    known: dict[int, int] = {}

    def count(operation: Any) -> int:
        graph = getattr(operation, "_graph", None)
        if graph is None:
            return 1
        if id(operation) not in known:
            nodes = [node for node in graph.nodes if not node.is_input]
            known[id(operation)] = len(nodes) and 1 + sum(count(node.operation) for node in nodes)
        return known[id(operation)]

    return count(model)


def _layer_names(config: dict[str, Any]) -> list[str]:
    inner = config.get("config")
    layers = inner.get("layers") if isinstance(inner, dict) else None
    names = []
    for entry in layers if isinstance(layers, list) else ():
        below = entry.get("config") if isinstance(entry, dict) else None
        name = entry.get("name") if isinstance(entry, dict) else None
        names.append(str(name or (below.get("name") if isinstance(below, dict) else "")))
    return names


def _holds_weights(root: Group) -> bool:
    return any(isinstance(item, Dataset) for item in root.walk()
               if not item.path.startswith(("cornu", "optimizer")))  # fmt: skip
