"""Copies of layers; pickles of models: configuration, weights, training state, never programs."""

from __future__ import annotations

from typing import Any

from cornu.configuration.config import collecting, deserialize, serialize
from cornu.plugins.custom_objects import CustomObjectScope


class Copying:
    """Mixin of models: `copy.deepcopy` and `pickle`.

    A model with a graph is made again from its configuration; a subclassed one keeps its
    attributes. Compiled programs stay behind and are made when they are needed.
    """

    _graph: Any

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self._reduced(protocol, training_state=True)

    def _reduced(self, protocol: Any, *, training_state: bool) -> Any:
        """Return what `pickle` keeps, with or without the state of optimizer and metrics."""
        if self._graph is None:
            return super().__reduce_ex__(protocol)
        with collecting() as custom_objects:
            config = serialize(self)
        values = self._state_values(training_state)
        return _restored, (type(self), config, dict(custom_objects), values)

    def _state_values(self, training_state: bool) -> dict[str, Any]:
        model: Any = self
        optimizer = model.optimizer
        variables = [v.numpy() for v in model.variables]
        if not training_state:
            return {"variables": variables, "optimizer": None, "metrics": []}
        return {
            "variables": variables,
            "optimizer": optimizer.get_weights()
            if optimizer is not None and optimizer.built
            else None,
            "metrics": [v.numpy() for v in model.metrics_variables],
        }

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()  # type: ignore[misc]
        for name in ("_steps", "history"):
            state.pop(name, None)
        return state


def _restored(
    cls: type, config: dict[str, Any], custom_objects: dict[str, Any], values: dict[str, Any]
) -> Any:
    with CustomObjectScope({**custom_objects, cls.__name__: cls}):
        model = deserialize(config)
    for variable, value in zip(model.variables, values["variables"], strict=True):
        variable.assign(value)
    if values["optimizer"] is not None:
        model.optimizer.build(model.trainable_variables)
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
