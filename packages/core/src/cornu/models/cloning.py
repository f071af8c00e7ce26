"""Copies of a model's architecture with new weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu import tree
from cornu.base.layer import FunctionCall, KerasTensor, Layer
from cornu.models.functional import Functional
from cornu.models.input_layer import Input, InputLayer
from cornu.models.model import Model
from cornu.models.sequential import Sequential
from cornu.plugins.custom_objects import CustomObjectScope
from cornu.saving.config import collecting, deserialize, serialize


def clone_model(
    model: Any,
    input_tensors: Any = None,
    clone_function: Callable[[Layer], Layer] | None = None,
    call_function: Callable[..., Any] | None = None,
    recursive: bool = False,
    **kwargs: Any,
) -> Any:
    """Return a model of the same architecture with layers and weights of its own.

    Parameters
    ----------
    model : Model
    input_tensors : KerasTensor, or structure of them, optional
        What the new model begins with; new inputs if not given.
    clone_function : callable, optional
        `clone_function(layer)` returns the layer to take in its place; by default one of the same
        configuration.
    call_function : callable, optional
        `call_function(layer, *args, **kwargs)` calls each new layer; by default the plain call.
    recursive : bool
        Whether `clone_function` also gets the layers of models inside.

    Examples
    --------
    >>> import cornu
    >>> x = cornu.Input((2,))
    >>> model = cornu.Model(x, x + 1.0, name="m")
    >>> clone_model(model).name
    'm'
    """
    make = clone_function or copy_layer
    if model._graph is None:
        if isinstance(model, Sequential) and (clone_function is not None or model.layers):
            return Sequential(
                [make(layer) for layer in model.layers], name=model.name, trainable=model.trainable
            )
        if clone_function is not None or input_tensors is not None:
            raise ValueError(
                f"{type(model).__name__} is a subclassed model without symbolic inputs: it is "
                "cloned from its "
                "configuration as a whole, so clone_function and input_tensors do not apply."
            )
        return copy_layer(model)
    copies: dict[int, Any] = {}

    def copied(operation: Any) -> Any:
        if id(operation) not in copies:
            if isinstance(operation, FunctionCall):
                copies[id(operation)] = FunctionCall(operation.function, operation.name)
            elif isinstance(operation, Model) and recursive:
                copies[id(operation)] = clone_model(
                    operation, None, clone_function, call_function, True
                )
            else:
                copies[id(operation)] = make(operation)
        return copies[id(operation)]

    def call(operation: Any, args: tuple, kwargs: dict) -> Any:
        if call_function is not None:
            return call_function(copied(operation), *args, **kwargs)
        return copied(operation)(*args, **kwargs)

    if isinstance(model, Sequential) and call_function is None:
        first = _inputs(model, input_tensors)
        layers = [*first, *(copied(layer) for layer in model.layers)]
        return Sequential(layers, name=model.name, trainable=model.trainable)
    graph = model._graph
    inputs = _inputs(model, input_tensors)
    outputs = graph.run(inputs, call)
    new_inputs = tree.pack_sequence_as(graph.inputs_structure, inputs)
    return Functional(new_inputs, outputs, name=model.name, trainable=model.trainable)


def copy_layer(layer: Any) -> Any:
    """Return a layer of the same configuration and name, with weights of its own."""
    with collecting() as custom_objects:
        config = serialize(layer)
    config.pop("build_config", None)
    config.pop("compile_config", None)
    with CustomObjectScope(custom_objects):
        return deserialize(config)


def _inputs(model: Any, given: Any) -> list[KerasTensor]:
    graph = model._graph
    if given is None:
        return [
            Input(
                batch_shape=t.shape,
                dtype=t.dtype,
                name=t.node.operation.name,
                optional=_optional(t),
            )
            for t in graph.inputs
        ]
    tensors = tree.flatten(given)
    if len(tensors) != len(graph.inputs) or not all(isinstance(t, KerasTensor) for t in tensors):
        raise ValueError(
            f"input_tensors must be {len(graph.inputs)} symbolic tensors made by cornu.Input."
        )
    return tensors


def _optional(tensor: KerasTensor) -> bool:
    operation = tensor.node.operation if tensor.node is not None else None
    return isinstance(operation, InputLayer) and operation.optional
