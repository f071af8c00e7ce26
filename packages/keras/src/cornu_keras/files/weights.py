"""Weights in Keras 2's layout: a group per layer, arrays in the order of `weight_names`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from cornu_data.files.plan import Plan, in_layout_of
from cornu_engine.errors import BadFileError
from cornu_engine.files.hdf5 import Dataset, Group, checked
from cornu_engine.variable import Variable
from cornu_keras.files.keras1 import from_keras1, is_of_keras1

TOP = "top_level_model_weights"


def plan_keras2_weights(model: Any, root: Group, plan: Plan, by_name: bool = False) -> None:
    """Decide which array goes into which variable.

    Layers are matched by name where the file and the model have the same names, or on request;
    else by their order, as in Keras.
    """
    stored = stored_layers(root)
    layers = [layer for layer in model.layers if layer.weights]
    named = {_whole(layer.name): layer for layer in layers}
    if by_name:
        pairs = [(layer, stored[name]) for name, layer in named.items() if name in stored]
    else:
        stored = {name: arrays for name, arrays in stored.items() if arrays}
        if len(stored) != len(layers):
            raise BadFileError(
                f"The file would load weights of {len(stored)} layers into a model with "
                f"{len(layers)} layers. It holds {_few(stored)}; the model has weights in "
                f"{_few(x.name for x in layers)}. Pass by_name=True to load layers of the same "
                "name only.",
                "shapes",
            )
        same = len(named) == len(layers) and named.keys() == stored.keys()
        groups = [stored[name] for name in named] if same else list(stored.values())
        pairs = list(zip(layers, groups, strict=True))
    is_old = is_of_keras1(root.attribute("keras_version"))
    for layer, arrays in pairs:
        if is_old and [v.shape for v in layer.weights] != [x.shape for x in arrays.values()]:
            arrays = _renewed(layer, arrays)
        _plan_layer(layer, arrays, plan)


def _renewed(layer: Any, arrays: dict[str, Any]) -> dict[str, Any]:
    """Return arrays of a file of Keras 1 as Keras 2 would have written them."""
    values = from_keras1(layer, [checked(x) for x in arrays.values()])
    return dict(zip((v.path for v in keras2_order(layer)), values, strict=False))


def is_keras2_weights(root: Group) -> bool:
    """Tell Keras 2's layout of weights: a list of layers' names at the root."""
    return root.attribute("layer_names") is not None or root.attribute("layer_names0") is not None


def stored_layers(root: Group) -> dict[str, dict[str, Dataset]]:
    """Return the arrays of each layer by name, in the file's order."""
    layers: dict[str, dict[str, Dataset]] = {}
    for name in root.texts("layer_names") or []:
        group = root.group(name)
        if group is None:
            raise BadFileError(
                f"The file lists the layer {name!r} but does not hold it.", "damaged"
            )
        name = _whole(name)
        if name in layers:
            raise BadFileError(f"The file lists the layer {name!r} twice.", "damaged")
        layers[name] = stored_arrays(group)
    return layers


def _whole(name: str) -> str:
    """Return `conv1/bn`, a name in Keras 2, as `conv1_bn`."""
    return name.replace("/", "_")


def stored_arrays(group: Group) -> dict[str, Dataset]:
    """Return the arrays that `weight_names` lists, in its order."""
    arrays: dict[str, Dataset] = {}
    times: Counter[str] = Counter()
    for name in group.texts("weight_names") or []:
        array = group.get(name)
        if not isinstance(array, Dataset):
            raise BadFileError(
                f"The file lists {name!r} in {group.path!r} but does not hold it.", "damaged"
            )
        times[name] += 1
        arrays[name if times[name] == 1 else f"{name}'{times[name]}"] = array
    return arrays


def _plan_layer(layer: Any, arrays: dict[str, Dataset], plan: Plan) -> None:
    if len(arrays) != len(layer.weights):
        plan.refuse(
            f"Layer {layer.name!r} expects {len(layer.weights)} weights, but the saved layer has "
            f"{len(arrays)} weights."
        )
        return
    variables = in_file_order(layer, arrays)
    values: Sequence[Any] = list(arrays.values())
    if any(v.shape != x.shape for v, x in zip(variables, values, strict=True)):
        values = in_layout_of(layer, list(values))
    for variable, value in zip(variables, values, strict=True):
        plan.add(variable, value)


def in_file_order(layer: Any, arrays: dict[str, Dataset]) -> list[Variable]:
    """Return a layer's variables in the order of the arrays of a file.

    Keras 2 writes what is trainable first, so that freezing a layer within a model within a model
    changes the order: names tell, where they can.
    """
    shapes = [x.shape for x in arrays.values()]
    named = _by_name(layer, list(arrays))
    for order in (named, keras2_order(layer), list(layer.weights), _made_order(layer)):
        if order is not None and [v.shape for v in order] == shapes:
            return order
    return keras2_order(layer)


def keras2_order(layer: Any) -> list[Variable]:
    """Return what is trainable, then the rest."""
    return [*layer.trainable_weights, *layer.non_trainable_weights]


def _made_order(layer: Any) -> list[Variable]:
    """Return what was made to be trained, frozen or not, then the rest."""
    made = {id(v): v for part in layer._flatten_layers() for v in part._parts.trainable_variables}
    return list({**made, **{id(v): v for v in layer.weights}}.values())


def _by_name(layer: Any, names: Sequence[str]) -> list[Variable] | None:
    """Return the variables in the order of the names, None where names are not unique."""
    if not layer._parts.layers:
        return None
    known: dict[tuple[str, ...], Variable | None] = {}
    for variable in layer.weights:
        key = _key(variable.path)
        known[key] = None if key in known else variable
    keys = [_key(name) for name in names]
    if len(set(keys)) != len(keys) or any(known.get(key) is None for key in keys):
        return None
    return [known[key] for key in keys]  # type: ignore[misc]


def _key(path: str) -> tuple[str, ...]:
    return tuple(path.partition(":")[0].split("/")[-2:])


def _few(names: Any) -> str:
    listed = list(names)
    return ", ".join(listed[:4]) + (", …" if len(listed) > 4 else "")
