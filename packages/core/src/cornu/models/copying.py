"""Copies of layers; pickles of models: configuration, weights, training state, never programs."""

from __future__ import annotations

from typing import Any

from cornu.configuration.config import collecting, deserialize, serialize
from cornu.plugins.custom_objects import CustomObjectScope
from cornu.training.trainable import Trainable


def recipe(model: Trainable, *, training_state: bool) -> tuple[Any, ...]:
    """Return what `pickle` keeps of a model with a graph, from which it is made again."""
    with collecting() as custom_objects:
        config = serialize(model)
    values = _state_values(model, training_state)
    return _restored, (type(model), config, dict(custom_objects), values)


def _state_values(model: Trainable, training_state: bool) -> dict[str, Any]:
    optimizer = model.optimizer
    variables = [v.numpy() for v in model.variables]
    if not training_state:
        return {"variables": variables, "optimizer": None, "metrics": []}
    return {
        "variables": variables,
        "optimizer": optimizer.get_weights() if optimizer is not None and optimizer.built else None,
        "metrics": [v.numpy() for v in model.metrics_variables],
    }


def _restored(
    cls: type, config: dict[str, Any], custom_objects: dict[str, Any], values: dict[str, Any]
) -> Any:
    with CustomObjectScope({**custom_objects, cls.__name__: cls}):
        model = deserialize(config)
    for variable, value in zip(model.variables, values["variables"], strict=True):
        variable.assign(value)
    if values["optimizer"] is not None:
        model.optimizer.build_once(model.trainable_variables)
        model.optimizer.set_weights(values["optimizer"])
    metrics = model.metrics_variables
    if len(metrics) == len(values["metrics"]):  # metrics are built by the first batch
        for variable, value in zip(metrics, values["metrics"], strict=True):
            variable.assign(value)
    return model


def copy_layer(layer: Any) -> Any:
    """Return a layer of the same configuration and name, with weights of its own."""
    with collecting() as custom_objects:
        config = serialize(layer)
    config.pop("build_config", None)
    config.pop("compile_config", None)
    with CustomObjectScope(custom_objects):
        return deserialize(config)
