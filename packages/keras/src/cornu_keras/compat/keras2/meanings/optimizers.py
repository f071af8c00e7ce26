"""Optimizers: what they say of themselves, and updates as a list."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Mapping
from typing import Any

import cornu_ops as ops
from cornu.plugins import registry
from cornu.plugins.custom_objects import CustomObjectScope
from cornu_engine.variable import Variable
from cornu_keras.backend.functions import gradients
from cornu_keras.backend.variables import is_keras_tensor
from cornu_keras.compat.keras2.backend.updates import gathering

__all__ = ["FromZero", "OldWords", "Shared", "TakesShared", "deserialize", "serialize"]

_NAMES = ("SGD", "RMSprop", "Adagrad", "Adadelta", "Adam", "Adamax", "Nadam", "TFOptimizer")
# What Cornu's optimizers say beside, and Keras 2's do not where it changes nothing.
_LATER: dict[str, Any] = {
    "name": ...,
    "weight_decay": None,
    "clipnorm": None,
    "clipvalue": None,
    "global_clipnorm": None,
    "use_ema": False,
    "ema_momentum": 0.99,
    "ema_overwrite_frequency": None,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
    "centered": False,
    "initial_accumulator_value": 0.0,
}


class FromZero:
    """`Adagrad` of Keras 2, whose sums of squares begin at 0."""

    @classmethod
    def _prepare(cls, kwargs: dict[str, Any]) -> dict[str, Any]:
        return {"initial_accumulator_value": 0.0, **kwargs}


_trains: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()


class Shared:
    """An optimizer that may be given to several models."""

    built: bool

    def _to_train(self, model: Any) -> Any:
        """Return what trains a model: one optimizer may be given to several, or again to one.

        Each has slots of its own; they share the learning rate and count their steps together.
        """
        trained = _trains.get(self)
        free = trained is None or (trained() is model and not self.built)
        optimizer = self if free else _twin(self)
        _trains[optimizer] = weakref.ref(model)
        return optimizer


class TakesShared:
    """A model whose optimizer may train others as well."""

    def compile(self, optimizer: Any = "rmsprop", *args: Any, **kwargs: Any) -> None:
        """Say how to train; the arguments are those of the model's class."""
        with self._speaking():  # type: ignore[attr-defined]
            optimizer = registry.get("optimizer", optimizer)
            if hasattr(optimizer, "_to_train"):
                optimizer = optimizer._to_train(self)
            super().compile(optimizer, *args, **kwargs)  # type: ignore[misc]

    compile.derives = True  # type: ignore[attr-defined]


class OldWords(Shared):
    """What an optimizer means in Keras 2."""

    decay: Any
    clipnorm: Any
    clipvalue: Any
    _given: Any = None  # gradients of the step that is being traced
    _own_weights: Any = None

    def get_config(self) -> dict[str, Any]:
        """Return the arguments by their names in Keras 2.3: without those that came later."""
        if self._has_own_updates():  # its class says the rest
            clips = {"clipnorm": self.clipnorm, "clipvalue": self.clipvalue}
            return {name: value for name, value in clips.items() if value is not None}
        config = super().get_config()  # type: ignore[misc]
        later = _LATER | ({"momentum": 0.0} if "rho" in config else {})
        kept = {k: v for k, v in config.items() if k not in later or later[k] not in (..., v)}
        return {**kept, "decay": self.decay}

    def get_gradients(self, loss: Any, params: Any) -> list[Any]:
        """Return the gradients of a symbolic loss by weights.

        Parameters
        ----------
        loss : KerasTensor
        params : list of Variable
        """
        if self._given is not None:
            return [self._clipped_alone(self._given[id(variable)]) for variable in params]
        found: list[Any] = gradients(loss, params)
        return found

    # Subclasses of scripts, whose rule is `get_updates(loss, params)`

    def _has_own_updates(self) -> bool:
        return type(self).get_updates is not OldWords.get_updates

    @property
    def weights(self) -> list[Variable]:
        """All state: iterations, learning rate, then the slots; settable, as such classes do."""
        own = self._own_weights
        return super().weights if own is None else list(own)  # type: ignore[misc]

    @weights.setter
    def weights(self, weights: Any) -> None:
        self.__dict__["_own_weights"] = list(weights)

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """Update weights by gradients: by the updates that a class lists, where it does."""
        if not self._has_own_updates():
            super().apply(grads, trainable_variables)  # type: ignore[misc]
            return
        params = list(trainable_variables)
        slopes = [ops.zeros_like(v) if g is None else g for g, v in zip(grads, params, strict=True)]
        kept = self.__dict__.setdefault("_made_in_updates", [])
        self._given = {id(v): g for v, g in zip(params, slopes, strict=True)}
        try:
            with gathering(kept) as updates:
                self.get_updates(None, params)
        finally:
            self._given = None
        for variable, value in updates:  # all values were computed from the old ones
            variable.assign(ops.cast(value, variable.dtype))

    def _clipped_alone(self, gradient: Any) -> Any:
        if self.clipvalue is not None:
            return ops.clip(gradient, -self.clipvalue, self.clipvalue)
        if self.clipnorm is None:
            return gradient
        together = [ops.sum(ops.square(g)) for g in self._given.values()]
        norm = ops.sqrt(functools.reduce(ops.add, together))
        return ops.multiply(gradient, ops.minimum(1.0, self.clipnorm / ops.maximum(norm, 1e-12)))

    def get_updates(self, loss: Any, params: Any = None, **older: Any) -> Any:
        """Return what `K.function` does at each call: an update of weights by a symbolic loss.

        Parameters
        ----------
        loss : KerasTensor
        params : list of Variable
        **older
            The arguments of Keras 1: `get_updates(params, constraints, loss)`.
        """
        if not is_keras_tensor(loss) and is_keras_tensor(older.get("loss")):
            loss, params = older["loss"], older.get("params", loss)
        return super().get_updates(loss, params)  # type: ignore[misc]


def _twin(optimizer: Any) -> Any:
    """Return an optimizer with the same variables, but for the slots."""
    twin = object.__new__(type(optimizer))
    twin.__dict__.update(optimizer.__dict__)
    slots = {id(v) for of_name in optimizer._slots.values() for v in of_name.values()}
    twin._start()
    twin._variables = [v for v in optimizer._variables if id(v) not in slots]
    return twin


def serialize(optimizer: Any) -> dict[str, Any]:
    """Return an optimizer as the name of its class and its arguments.

    Examples
    --------
    >>> from cornu.compat.keras2 import optimizers
    >>> optimizers.serialize(optimizers.Adamax(lr=0.5))["class_name"]
    'Adamax'
    """
    return {"class_name": type(optimizer).__name__, "config": optimizer.get_config()}


def deserialize(config: dict[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the optimizer that `serialize` described; names of classes in any case.

    As in Keras 2, the name in `config` is in lower case afterwards.

    Examples
    --------
    >>> from cornu.compat.keras2 import optimizers
    >>> optimizers.deserialize({"class_name": "sgd", "config": {"lr": 0.5}}).get_config()["decay"]
    0.0
    """
    from cornu_keras.compat.keras2 import dialect

    known = {name.lower(): name for name in _NAMES}
    name = known.get(config["class_name"].lower())
    if name is not None and config["class_name"] not in (custom_objects or {}):
        config["class_name"] = name.lower()
        return dialect.find("optimizers", name).from_config(config["config"])
    from cornu.optimizers import deserialize as read

    with CustomObjectScope(custom_objects or {}):
        return read(config)
