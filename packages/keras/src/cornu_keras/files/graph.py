"""The calls of a functional model as Keras 2 wrote them, as Keras 3 writes them.

Keras 2: `[[layer, call, tensor, keyword arguments], …]` for each call. A model within a model
counts its own construction as call 0 there.
"""

from __future__ import annotations

from typing import Any

from cornu_engine.errors import BadFileError

_CONSTANT = "_CONSTANT_VALUE"
_MODELS = ("Model", "Functional", "Sequential")


def upgrade_graph(config: dict[str, Any]) -> dict[str, Any]:
    """Return the configuration of a functional model with its calls in Keras 3's form."""
    layers = config["layers"]
    if not all(isinstance(entry, dict) for entry in layers):
        raise BadFileError("The layers of a model are not described by objects.", "config")
    if any(_is_new(entry) for entry in layers):
        return config
    offsets = {_name_of(entry): int(_class_name(entry) in _MODELS) for entry in layers}
    entries = [
        {
            **entry,
            "name": _name_of(entry),
            "inbound_nodes": [
                _call(node, offsets) for node in entry.get("inbound_nodes") or () if node != []
            ],
        }
        for entry in layers
    ]
    sequential = {_name_of(e) for e in layers if _class_name(e) == "Sequential"}
    ends: dict[str, Any] = {
        key: _ends(config[key], sequential)
        for key in ("input_layers", "output_layers")
        if key in config
    }
    return {**config, "layers": entries, **ends}


def _class_name(entry: dict[str, Any]) -> str:
    return str(entry.get("class_name")).rpartition(">")[2]


def _name_of(entry: dict[str, Any]) -> Any:
    inner = entry.get("config")
    return entry.get("name", inner.get("name") if isinstance(inner, dict) else None)


def _is_new(entry: dict[str, Any]) -> bool:
    nodes = entry.get("inbound_nodes")
    return bool(nodes) and isinstance(nodes, list) and isinstance(nodes[0], dict)


def _call(node: Any, offsets: dict[Any, int]) -> dict[str, Any]:
    places = _places(node)
    values = [_value(place, offsets) for place in places]
    kwargs: dict[str, Any] = {}
    for place in places:
        if len(place) > 3 and isinstance(place[3], dict):
            kwargs.update((k, _argument(v, offsets)) for k, v in place[3].items())
    nested = isinstance(node, dict) or len(values) != 1
    first: Any = values if nested else values[0]
    if isinstance(node, dict):  # inputs by name
        first = dict(zip(node, values, strict=True))
    return {"args": [first], "kwargs": kwargs}


def _places(node: Any) -> list[list[Any]]:
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list) and len(node) in (3, 4) and isinstance(node[0], str):
        return [node]  # one tensor, without a list around it
    if not isinstance(node, list) or not all(
        isinstance(place, list) and len(place) >= 3 for place in node
    ):
        raise BadFileError(f"A call of a layer is described as {str(node)[:80]}.", "config")
    return node


def _value(place: list[Any], offsets: dict[Any, int]) -> Any:
    if place[0] == _CONSTANT:
        return place[2]
    return _tensor(place, offsets)


def _tensor(place: list[Any], offsets: dict[Any, int]) -> dict[str, Any]:
    name, number, index = place[:3]
    if not isinstance(name, str) or not _are_numbers(number, index):
        raise BadFileError(f"A tensor is described as {str(place)[:80]}.", "config")
    history = [name, number - offsets.get(name, 0), index]
    return {"class_name": "__keras_tensor__", "config": {"keras_history": history}}


def _argument(value: Any, offsets: dict[Any, int]) -> Any:
    """A keyword argument of tf_keras may be a tensor too: `[layer, call, tensor]`."""
    if isinstance(value, dict):
        return {key: _argument(member, offsets) for key, member in value.items()}
    if not isinstance(value, list):
        return value
    is_place = len(value) in (3, 4) and isinstance(value[0], str)
    if is_place and value[0] == _CONSTANT:
        return value[2]
    if is_place and value[0] in offsets and _are_numbers(*value[1:3]):
        return _tensor(value, offsets)
    return [_argument(member, offsets) for member in value]


def _are_numbers(*values: Any) -> bool:
    return all(isinstance(v, int) and not isinstance(v, bool) for v in values)


def _ends(places: Any, sequential: set[Any]) -> Any:
    """The ends of a graph count calls as Keras 3 does: a Sequential from 0 on."""
    if isinstance(places, dict):
        return {key: _ends(place, sequential) for key, place in places.items()}
    if isinstance(places, list) and len(places) >= 3 and isinstance(places[0], str):
        name, number, index = places[:3]
        if not _are_numbers(number, index):
            raise BadFileError(f"An end of the model is described as {places}.", "config")
        return [name, number - int(name in sequential), index]
    if isinstance(places, list):
        return [_ends(place, sequential) for place in places]
    raise BadFileError(f"An end of the model is described as {str(places)[:80]}.", "config")
