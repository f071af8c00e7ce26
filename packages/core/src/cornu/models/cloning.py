"""Copies of a model's architecture with new weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu.base.layer import FunctionCall, KerasTensor, Layer
from cornu.configuration.config import collecting
from cornu.models.copying import copy_layer
from cornu.models.input_layer import Input, InputLayer
from cornu.models.model import Functional, Model
from cornu.models.sequential import Sequential
from cornu.plugins.custom_objects import CustomObjectScope
from cornu_engine import tree
from cornu_engine.errors import quoted


def clone_model(
    model: Any,
    input_tensors: Any = None,
    clone_function: Callable[[Layer], Layer] | None = None,
    call_function: Callable[..., Any] | None = None,
    recursive: bool = False,
    **kwargs: Any,
) -> Any:
    """Return a model of the same architecture with layers and weights of its own.

    A compiled model's copy is compiled with the same arguments, as in Keras 3.15.

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

    Raises
    ------
    ValueError
        For arguments that this kind of model has no use for, and inputs of another structure.

    Examples
    --------
    >>> import cornu
    >>> x = cornu.Input((2,))
    >>> model = cornu.Model(x, x + 1.0, name="m")
    >>> clone_model(model).name
    'm'
    """
    if kwargs:
        raise TypeError(f"clone_model() takes no argument {next(iter(kwargs))!r}.")
    if not isinstance(model, Model):
        raise ValueError(
            f"clone_model() takes a model, not {quoted(model)}. A layer is copied by "
            "type(layer).from_config(layer.get_config())."
        )
    if isinstance(model, Sequential) and call_function is not None:
        raise ValueError(
            "A Sequential model lists its layers and calls none of them, so call_function does not "
            "apply. Describe the model as cornu.Model(inputs, outputs)."
        )
    clone = _Cloning(clone_function or copy_layer, call_function, recursive).clone
    if model._graph is not None or (isinstance(model, Sequential) and model.layers):
        copy = clone(model, input_tensors)
    elif clone_function is not None or input_tensors is not None:
        raise ValueError(
            f"{type(model).__name__} is a subclassed model without symbolic inputs: it is cloned "
            "from its configuration as a whole, so clone_function and input_tensors do not apply."
        )
    else:
        copy = copy_layer(model)
    _compile_like(copy, model)
    return copy


class _Cloning:
    """One call of `clone_model`: a layer that is met twice is copied once."""

    def __init__(
        self, make: Callable[[Layer], Layer], call: Callable[..., Any] | None, recursive: bool
    ) -> None:
        self._make, self._call, self._recursive = make, call, recursive
        self._copies: dict[int, Any] = {}

    def clone(self, model: Any, input_tensors: Any = None) -> Any:
        if isinstance(model, Sequential):
            layers = [*_inputs(model, input_tensors), *map(self._copied, model.layers)]
            return Sequential(layers, name=model.name, trainable=model.trainable)
        graph = model._graph
        inputs = _inputs(model, input_tensors)
        outputs = graph.run(inputs, self._run)
        new_inputs = tree.pack_sequence_as(graph.inputs_structure, inputs)
        return Functional(new_inputs, outputs, name=model.name, trainable=model.trainable)

    def _run(self, operation: Any, args: tuple, kwargs: dict) -> Any:
        copy = self._copied(operation)
        return copy(*args, **kwargs) if self._call is None else self._call(copy, *args, **kwargs)

    def _copied(self, operation: Any) -> Any:
        if id(operation) not in self._copies:
            self._copies[id(operation)] = self._copy(operation)
        return self._copies[id(operation)]

    def _copy(self, operation: Any) -> Any:
        if isinstance(operation, FunctionCall):
            return FunctionCall(operation.function, operation.name)
        described = isinstance(operation, Sequential) or (
            isinstance(operation, Model) and operation._graph is not None
        )
        return self.clone(operation) if described and self._recursive else self._make(operation)


def _compile_like(copy: Any, model: Any) -> None:
    if not model.compiled or copy is model:
        return
    with collecting() as custom_objects:
        config = model.get_compile_config()
    with CustomObjectScope(custom_objects):
        copy.compile_from_config(config)


def _inputs(model: Any, given: Any) -> list[KerasTensor]:
    graph = model._graph
    if graph is None:  # a Sequential model that waits for its input
        return tree.flatten(given) if given is not None else []
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
    if isinstance(graph.inputs_structure, dict) != isinstance(given, dict):
        raise ValueError(
            "input_tensors must have the same structure as model.input, "
            f"{graph.inputs_structure!r}; got {given!r}."
        )
    tensors = tree.flatten(given)
    if len(tensors) != len(graph.inputs) or not all(isinstance(t, KerasTensor) for t in tensors):
        raise ValueError(
            f"input_tensors must be {len(graph.inputs)} symbolic tensors made by cornu.Input."
        )
    return tensors


def _optional(tensor: KerasTensor) -> bool:
    operation = tensor.node.operation if tensor.node is not None else None
    return isinstance(operation, InputLayer) and operation.optional
