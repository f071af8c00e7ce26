"""What scripts of Keras 2 read off a compiled model as symbolic tensors: targets and losses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cornu_ops as ops
from cornu.models import Input
from cornu_engine.trace import op
from cornu_keras.compat.keras2.training_ends import End

__all__ = ["Symbols"]

if TYPE_CHECKING:
    Beside = Any  # it stands before a model among the bases
else:
    Beside = object


class Symbols(Beside):
    """Placeholders of targets and weights, and what is computed from them.

    `K.function([*model.inputs, *model.targets, *model.sample_weights], [model.total_loss])` is the
    loss of a batch, `K.gradients(model.total_loss, weights)` its slopes.
    """

    _ends: tuple[End, ...]
    _symbols: Any = None

    def _made_symbols(self) -> tuple[Any, dict[str, Any]]:
        compiled = self._compiled
        if self._symbols is None or self._symbols[0] is not compiled:
            made = _placeholders(self) if compiled is not None else {}
            self.__dict__["_symbols"] = (compiled, made)
        found: tuple[Any, dict[str, Any]] = self._symbols
        return found

    @property
    def targets(self) -> list[Any]:
        """A placeholder for the target of each output that has a loss."""
        return list(self._made_symbols()[1].get("targets", ()))

    @property
    def sample_weights(self) -> list[Any]:
        """A placeholder for the sample weights of each of these."""
        return list(self._made_symbols()[1].get("weights", ()))

    _feed_targets = targets
    _feed_sample_weights = sample_weights

    @property
    def _feed_inputs(self) -> list[Any]:
        inputs = self.inputs
        return [t for t in inputs if getattr(t._operation, "fixed_value", None) is None]

    @property
    def total_loss(self) -> Any:
        """The loss that training minimises."""
        _, made = self._made_symbols()
        if "loss" not in made and made:
            made["loss"] = _total_loss(self, made["targets"], made["weights"])
        return made.get("loss")

    @property
    def metrics_tensors(self) -> list[Any]:
        """What `metrics_names` names, without the loss."""
        _, made = self._made_symbols()
        if "metrics" not in made and made:
            made["metrics"] = _metrics(self, made["targets"], made["weights"])
        return list(made.get("metrics", ()))


def _placeholders(model: Any) -> dict[str, Any]:
    pairs = [
        (end, output)
        for end, output in zip(model._ends, model.outputs, strict=True)
        if end.loss is not None
    ]
    return {
        "targets": [
            Input(batch_shape=_shape_of_target(end, output), name=f"{end.name}_target")
            for end, output in pairs
        ],
        "weights": [
            Input(
                batch_shape=(None,) * (1 if end.mode is None else 2),
                name=f"{end.name}_sample_weights",
            )
            for end, _ in pairs
        ],
    }


def _shape_of_target(end: End, output: Any) -> tuple[int | None, ...]:
    name = end.loss if isinstance(end.loss, str) else getattr(end.loss, "__name__", "")
    sparse = "sparse" in str(name) or "Sparse" in type(end.loss).__name__
    return (*output.shape[:-1], 1) if sparse else tuple(output.shape)


def _total_loss(model: Any, targets: list[Any], weights: list[Any]) -> Any:
    count = len(targets)

    @op
    def total_loss(inputs: Any, *fed: Any) -> Any:
        y = _by_name(model, fed[:count])
        sample_weight = _by_name(model, fed[count:])
        y_pred = model(inputs)
        return ops.sum(model.compute_loss(inputs, y, y_pred, sample_weight))

    return total_loss(model.input, *targets, *weights)


def _metrics(model: Any, targets: list[Any], weights: list[Any]) -> list[Any]:
    names = [end.name for end in model._ends if end.loss is not None]
    compiled = model._compiled
    found = []
    if len(model._ends) > 1:
        for name, target in zip(names, targets, strict=True):
            found.append(_one_metric(model, name, compiled.losses, target))
    asked = {} if compiled.metrics is None else compiled.metrics._asked
    for given in asked.values():
        for name, target in zip(names, targets, strict=True):
            entry = given.get(name) if isinstance(given, dict) else given
            members = entry if isinstance(entry, (list, tuple)) else [entry]
            found += [_one_metric(model, name, m, target) for m in members if m is not None]
    return found


def _one_metric(model: Any, name: str, metric: Any, target: Any) -> Any:
    from cornu.training.compiled_losses import CompiledLosses
    from cornu.training.compiled_metrics import CompiledMetrics

    position = [end.name for end in model._ends].index(name)

    @op
    def value(inputs: Any, y: Any) -> Any:
        y_pred = model(inputs)
        outputs = y_pred if isinstance(y_pred, (list, tuple)) else [y_pred]
        if metric is model._compiled.losses:
            return CompiledLosses(model._ends[position].loss)(y, outputs[position])
        fresh = CompiledMetrics([metric])
        fresh.update_state(y, outputs[position])
        return next(iter(fresh.result().values()))

    return value(model.input, target)


def _by_name(model: Any, fed: Any) -> Any:
    names = [end.name for end in model._ends if end.loss is not None]
    if len(model._ends) == 1:
        return fed[0] if fed else None
    return dict(zip(names, fed, strict=True))
