"""The graph of a functional model as a configuration, and back.

Written in Keras 3's form. Keras 2's form is read too: `inbound_nodes` as nested lists of
`[layer, node, tensor, arguments]`.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable
from typing import Any

from cornu.base.layer import CallNode, FunctionCall, KerasTensor
from cornu.configuration.config import deserialize, serialize
from cornu.training.trainable import Trainable
from cornu_data.files.sharing import called_by_a_model
from cornu_data.symbolic.graph import LayerGraph
from cornu_engine import tree
from cornu_engine.errors import SavingError
from cornu_ops.files.keras_words import in_our_words, is_keras_operation

_KEYS = ("layers", "input_layers", "output_layers")


def is_graph_config(config: Any) -> bool:
    """Tell whether a configuration describes a graph of layers."""
    return isinstance(config, dict) and all(key in config for key in _KEYS)


# Writing


def graph_config(model: Any) -> dict[str, Any]:
    """Return the configuration of a functional model."""
    graph: LayerGraph = model._graph
    places = _Places(graph)
    layers = []
    for operation in graph.operations:
        calls = [node for node in graph.layer_nodes(operation) if not node.is_input]
        if calls:
            called_by_a_model(operation, numbered=True)
        entry = serialize(operation)
        entry["name"] = operation.name
        entry["inbound_nodes"] = [_node_config(node, places) for node in calls]
        layers.append(entry)
    return copy.deepcopy(
        {
            "name": model.name,
            "trainable": model.trainable,
            "layers": layers,
            "input_layers": tree.map_structure(places.end, graph.inputs_structure),
            "output_layers": tree.map_structure(places.end, graph.outputs_structure),
        }
    )


class _Places:
    """Where each tensor comes from: name, number of the call in this graph, output."""

    def __init__(self, graph: LayerGraph) -> None:
        self.numbers: dict[CallNode, int] = {}
        for operation in graph.operations:
            for number, node in enumerate(graph.layer_nodes(operation)):
                self.numbers[node] = number

    def history(self, tensor: KerasTensor) -> list[Any]:
        node = tensor.node
        assert node is not None
        return [node.operation.name, self.numbers[node], tensor.tensor_index]

    def end(self, tensor: KerasTensor) -> list[Any]:
        name, number, index = self.history(tensor)
        return [name, number + _own_calls(tensor._operation), index]


def _own_calls(operation: Any) -> int:
    """Return 1 where Keras counts a model's own construction, at the ends of a graph only."""
    is_functional = isinstance(operation, Trainable) and not operation._is_stack
    return int(is_functional and operation._graph is not None)


def _node_config(node: CallNode, places: _Places) -> dict[str, Any]:
    keep_tuples = isinstance(node.operation, FunctionCall)
    args, kwargs = (_written(x, places, keep_tuples) for x in (list(node.args), node.kwargs))
    return {"args": args, "kwargs": kwargs}


def _written(x: Any, places: _Places, keep_tuples: bool) -> Any:
    if isinstance(x, KerasTensor):
        config = {"shape": x.shape, "dtype": x.dtype, "keras_history": places.history(x)}
        return {"class_name": "__keras_tensor__", "config": config}
    if isinstance(x, dict):
        return {key: _written(value, places, keep_tuples) for key, value in x.items()}
    if not isinstance(x, (list, tuple)):
        return serialize(x)
    members = [_written(member, places, keep_tuples) for member in x]
    if isinstance(x, tuple) and keep_tuples:  # x[0, 1] and x[[0, 1]] are not the same
        return {"class_name": "__tuple__", "config": {"items": members}}
    return members


# Reading


def read_graph(config: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make the layers of a graph, and call them.

    Returns
    -------
    tuple of dict
        What every model with a graph is made with, and the rest of the configuration.
    """
    rest = {key: value for key, value in config.items() if key not in _KEYS}
    reader = _Reader(config["layers"])
    reader.call_all()
    arguments = {
        "inputs": reader.ends(config["input_layers"]),
        "outputs": reader.ends(config["output_layers"]),
        "name": rest.pop("name", None),
    }
    if rest.pop("trainable", None) is False:  # True says nothing of the layers: each has its own
        arguments["trainable"] = False
    return arguments, rest


class _Reader:
    """Makes the layers, then calls them as soon as what they are called on is there."""

    def __init__(self, layers: list[dict[str, Any]]) -> None:
        self.made: dict[str, Any] = {}
        self.calls: dict[str, list[CallNode]] = {}
        self.waiting: list[tuple[str, deque[Any]]] = []  # layers, and the calls left to be made
        self.old_form = any(_is_old_form(entry) for entry in layers)
        for entry in layers:
            entry = in_our_words(entry) if is_keras_operation(entry) else entry
            operation = deserialize(
                {k: v for k, v in entry.items() if k != "inbound_nodes"}, kind="layer"
            )
            name = str(entry.get("name", getattr(operation, "name", None)))
            self.made[name] = operation
            nodes = entry.get("inbound_nodes") or []
            # An Input was called as it was made; a layer may have calls in a model inside.
            self.calls[name] = [] if nodes else list(operation._inbound_nodes)
            if nodes:
                self.waiting.append((name, deque(nodes)))

    def call_all(self) -> None:
        """Call every layer as described, as soon as it can be."""
        ready = deque(self.waiting)
        blocked: dict[Any, list[tuple[str, deque[Any]]]] = {}  # by the call that they wait for
        while ready:
            name, nodes = ready.popleft()
            operation = self.made[name]
            while nodes:
                try:
                    args, kwargs = self._arguments(nodes[0])
                except _NotYet as missing:
                    blocked.setdefault(missing.args, []).append((name, nodes))
                    break
                operation(*args, **kwargs)
                self.calls[name].append(operation._inbound_nodes[-1])
                nodes.popleft()
                ready.extend(blocked.pop((name, len(self.calls[name]) - 1), ()))
        if blocked:
            left = [name for waiting in blocked.values() for name, _ in waiting]
            raise SavingError(
                "The configuration's graph has a loop or a gap: the inputs of "
                f"{', '.join(map(repr, left[:8]))} are never made."
            )

    def ends(self, places: Any) -> Any:
        """Return the tensors that `input_layers` or `output_layers` name."""
        return _map_places(places, lambda place: self._tensor(place, at_end=True))

    def _arguments(self, node: Any) -> tuple[list[Any], dict[str, Any]]:
        if isinstance(node, dict):
            return [self._read(x) for x in node["args"]], {
                k: self._read(v) for k, v in node["kwargs"].items()
            }
        tensors = [self._tensor(place[:3]) for place in node]
        kwargs = {k: self._read(v) for k, v in (node[0][3] if len(node[0]) > 3 else {}).items()}
        return [tensors[0] if len(tensors) == 1 else tensors], kwargs

    def _read(self, x: Any) -> Any:
        if isinstance(x, dict):
            name, inner = x.get("class_name"), x.get("config") or {}
            if name == "__keras_tensor__":
                return self._tensor(inner["keras_history"])
            if name == "__tuple__":
                return tuple(self._read(member) for member in inner["items"])
            if name is not None:
                return deserialize(x)
            return {key: self._read(value) for key, value in x.items()}
        if isinstance(x, (list, tuple)):
            members = [self._read(member) for member in x]
            # Keras writes the key of x[:, 0] as a list
            return (
                tuple(members)
                if any(isinstance(m, (slice, type(...))) for m in members)
                else members
            )
        return x

    def _tensor(self, place: Any, at_end: bool = False) -> Any:
        name, number, index = place[:3]
        if name not in self.made:
            raise SavingError(
                f"The configuration's graph names a layer {name!r} that it does not have."
            )
        operation = self.made[name]
        if at_end or self.old_form:
            number -= self._offset(operation)
        calls = self.calls[name]
        if not 0 <= number < len(calls):
            raise _NotYet(name, number)
        return calls[number].output_tensors[index]

    def _offset(self, operation: Any) -> int:
        if self.old_form:  # Keras 2 counts the construction of every model inside as its call 0
            return int(isinstance(operation, Trainable))
        return _own_calls(operation)


class _NotYet(Exception):
    """The tensor asked for is not made yet: by the layer of this name, in this of its calls."""


def _is_old_form(entry: dict[str, Any]) -> bool:
    nodes = entry.get("inbound_nodes") or []
    return bool(nodes) and not isinstance(nodes[0], dict)


def _map_places(places: Any, function: Callable[[Any], Any]) -> Any:
    if isinstance(places, dict):
        return {key: _map_places(value, function) for key, value in places.items()}
    if isinstance(places, (list, tuple)) and len(places) >= 3 and isinstance(places[0], str):
        try:
            return function(places)
        except _NotYet:
            raise SavingError(
                f"The configuration's graph names {list(places)}, a call that is never made."
            ) from None
    members = [_map_places(member, function) for member in places]
    return tuple(members) if isinstance(places, tuple) else members
