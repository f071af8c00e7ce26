"""Optimizers: what they say of themselves, and updates as a list."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import Any

from cornu.plugins.custom_objects import CustomObjectScope
from cornu_keras.backend.functions import gradients
from cornu_keras.backend.variables import is_keras_tensor

__all__ = ["FromZero", "OldWords", "deserialize", "serialize"]

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


class OldWords:
    """What an optimizer means in Keras 2."""

    built: bool
    decay: float

    def get_config(self) -> dict[str, Any]:
        """Return the arguments by their names in Keras 2.3: without those that came later."""
        config = super().get_config()  # type: ignore[misc]
        later = _LATER | ({"momentum": 0.0} if "rho" in config else {})
        kept = {k: v for k, v in config.items() if k not in later or later[k] not in (..., v)}
        return {**kept, "decay": self.decay}

    def _to_train(self, model: Any) -> Any:
        """Return what trains a model: one optimizer may be given to several, or again to one.

        Each has slots of its own; they share the learning rate and count their steps together.
        """
        trained = _trains.get(self)
        free = trained is None or (trained() is model and not self.built)
        optimizer = self if free else _twin(self)
        _trains[optimizer] = weakref.ref(model)
        return optimizer

    def get_gradients(self, loss: Any, params: Any) -> list[Any]:
        """Return the gradients of a symbolic loss by weights.

        Parameters
        ----------
        loss : KerasTensor
        params : list of Variable
        """
        found: list[Any] = gradients(loss, params)
        return found

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
