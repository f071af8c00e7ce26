"""Weights in HDF5, in the layout of Keras 3; and weights files of any kind."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from cornu.base.overriding import is_overridden
from cornu.saving.formats import (
    format_of_place,
    format_of_weights,
    format_to_write,
    formats,
    missing,
)
from cornu.saving.layout import saved_objects
from cornu.training.trainable import Trainable
from cornu_data.files.file_kinds import (
    WEIGHTS_GROUPS,
    ZIP,
    check_is_file,
    file_at,
    kind_of_file,
    weights_source,
)
from cornu_data.files.plan import Plan, hdf5_bytes, in_layout_of, put
from cornu_data.files.shards import INDEX, open_shards, write_shards
from cornu_engine.errors import BadFileError, NotBuiltError
from cornu_engine.files.archive import CONFIG, Archive
from cornu_engine.files.atomic import write_bytes
from cornu_engine.files.hdf5 import Dataset, Group, open_hdf5
from cornu_engine.files.jsontext import read_json
from cornu_engine.files.rules import Limits, limits_for, reading


def save_weights(
    model: Any, filepath: Any, overwrite: bool = True, max_shard_size: Any = None, **kwargs: Any
) -> None:
    """Write the weights of a model to one HDF5 file.

    Parameters
    ----------
    model : Model
    filepath : path
        Ending in `.h5` for the layout of Keras 2, in `.weights.h5` for that of Keras 3, which holds
        the optimizer's state too, as does a file of any other name. Missing folders are made.
    overwrite : bool
        Whether an existing file may be replaced; else FileExistsError.
    max_shard_size : float, optional
        GB that a file may take: the weights are written to as many as that needs, beside an index
        at `filepath`, which ends in `.weights.json`.
    **kwargs
        `save_format` of tf.keras: "h5" for the layout of Keras 2. `objects_to_skip`: layers to
        leave out of a file in the layout of Keras 3.

    Examples
    --------
    >>> import os, tempfile, cornu
    >>> x = cornu.Input((2,))
    >>> model = cornu.Model(x, x + 1.0)
    >>> path = os.path.join(tempfile.mkdtemp(), "m.weights.h5")
    >>> save_weights(model, path)
    >>> load_weights(model, path)
    """
    save_format = kwargs.pop("save_format", None)
    skipped = kwargs.pop("objects_to_skip", None) or ()
    if kwargs:
        raise TypeError(f"save_weights() does not take {', '.join(map(repr, kwargs))}.")
    check_built(model)
    if max_shard_size is not None:
        _check_index(filepath, max_shard_size)
        write_shards(_stored(model, True, skipped), filepath, overwrite, float(max_shard_size))
        return
    place = format_of_place(filepath)
    own = (
        place is None
        and save_format is None
        and os.fspath(filepath).lower().endswith(".weights.h5")
    )
    file_format = None if own else format_to_write(filepath, save_format)
    if file_format is not None and skipped:
        raise ValueError("objects_to_skip needs a file in the layout of Keras 3: .weights.h5.")

    def write(file: Any) -> None:
        if file_format is None:
            write_weights(model, file, skipped=skipped)
        else:
            file_format.write_weights(model, file)

    put = write_bytes if place is None else place.put
    put(filepath, hdf5_bytes(write), overwrite)


def write_weights(
    model: Any, file: Any, with_optimizer: bool = True, skipped: Iterable[Any] = ()
) -> None:
    """Write into an open HDF5 file or group, in the layout of Keras 3."""
    for path, name, values in _stored(model, with_optimizer, skipped):
        group = file.require_group(path)
        if name is not None:
            group.attrs["name"] = name
        for key, value in values.items():
            put(group, key, value)


def _stored(
    model: Any, with_optimizer: bool, skipped: Iterable[Any]
) -> Iterator[tuple[str, str | None, dict[str, np.ndarray]]]:
    """Yield where the variables of each object lie, what it is called, and their values."""
    left_out = {id(obj) for obj in _with_parts(skipped)}
    for path, obj in saved_objects(model, with_optimizer, repeated=True):
        if id(obj) in left_out:
            continue
        store: dict[str, Any] = {}
        obj.save_own_variables(store)
        name = getattr(obj, "name", None)
        yield (
            f"{path}/vars" if path else "vars",
            name if isinstance(name, str) else None,
            {key: np.asarray(value) for key, value in store.items()},
        )


def _check_index(filepath: Any, max_shard_size: Any) -> None:
    if not os.fspath(filepath).endswith(INDEX):
        raise ValueError(
            f"With max_shard_size the path is that of the index: write 'name{INDEX}', not "
            f"{os.fspath(filepath)!r}."
        )
    if isinstance(max_shard_size, bool) or not float(max_shard_size) > 0:
        raise ValueError(f"max_shard_size={max_shard_size!r} must be a number of GB above 0.")


def load_weights(
    model: Any,
    filepath: Any,
    skip_mismatch: bool = False,
    by_name: bool = False,
    reshape: bool = False,
    max_bytes: int | None = None,
    objects_to_skip: Iterable[Any] = (),
    **kwargs: Any,
) -> None:
    """Read the weights of a model from a file of Cornu or any Keras: of weights, or a whole model.

    Parameters
    ----------
    model : Model
        Built, of the architecture that was saved. A Sequential that is not built yet is built
        where the file's shapes tell that of its input.
    filepath : path
        What is in the file is told by its bytes, not by its name. Of a folder of steps, the newest.
    skip_mismatch : bool
        Leave weights of another shape as they are, with a warning, in place of raising.
    by_name : bool
        Load into layers of the same name, whatever the order and whatever else there is.
    reshape : bool
        Take weights of another shape but the same size in the shape that fits.
    max_bytes : int, optional
        Bytes that the arrays of the file may take; by default 8 times its size.
    objects_to_skip : iterable of Layer
        Layers that keep the weights they have, with all that is in them.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    BadFileError
        If the file is no weights file, holds other layers, or a weight of another shape; nothing is
        changed then.
    NotBuiltError
        If the model has no weights, and the file does not tell for which input.
    """
    kwargs.pop("options", None)
    if kwargs:
        raise TypeError(f"load_weights() does not take {', '.join(map(repr, kwargs))}.")
    place = format_of_place(filepath)
    if place is not None:
        with place.spooled(filepath) as path:
            load_weights(model, path, skip_mismatch, by_name, reshape, max_bytes, objects_to_skip)
        return
    path = file_at(os.fspath(filepath))
    check_is_file(path, "weights file")
    limits = limits_for(path, max_bytes)
    with reading(path, limits), _opened(path, limits) as root:
        plan = Plan(skip_mismatch, reshape, _with_parts(objects_to_skip or ()))
        _build(model, path, root, limits, reshape)
        plan_weights(model, root, plan, by_name)
        plan.carry_out()


def _build(model: Any, path: str, root: Group, limits: Limits, reshape: bool) -> None:
    """Build a stack that waits for its input, where the file tells the shape."""
    from cornu.saving.unbuilt import build_from_weights, described_shape

    if isinstance(model, Trainable) and model._waits_for_shape():
        described = described_shape(_configuration(path, root, limits))

        def fit(copy: Any) -> None:
            plan_weights(copy, root, Plan(reshape=reshape))

        build_from_weights(model, root, described, fit)


def _configuration(path: str, root: Group, limits: Limits) -> Any:
    """Return the configuration of the model in a file, or None in one of weights alone."""
    file_format, _ = format_of_weights(root)
    if file_format is not None:
        return file_format.configuration(root, limits)
    if path.endswith(INDEX) or kind_of_file(path) != ZIP:
        return None
    with open(path, "rb") as file:
        archive = Archive(file, limits)
        return read_json(archive.text(CONFIG), limits, CONFIG) if CONFIG in archive else None


@contextlib.contextmanager
def _opened(path: str, limits: Limits) -> Iterator[Group]:
    if path.endswith(INDEX):
        with open_shards(path, limits) as root:
            yield root
    else:
        with weights_source(path, limits) as source, open_hdf5(source, limits) as root:
            yield root


def plan_weights(model: Any, root: Group, plan: Plan, by_name: bool = False) -> None:
    """Decide which array of an open file, of any layout, goes into which variable."""
    check_built(model)
    file_format, weights = format_of_weights(root)
    if file_format is not None:
        if plan.skipped:
            raise BadFileError(
                "objects_to_skip needs a file in the layout of Keras 3: .weights.h5 or .keras.",
                "kind",
            )
        file_format.plan_weights(model, weights, plan, by_name)
    elif any(root.get(name) is not None for name in WEIGHTS_GROUPS):
        _plan_keras3(model, root, plan, by_name)
    else:
        raise BadFileError(
            "The file has none of the groups of a weights file ('layers', 'vars'); it has "
            f"{root.names()[:5]}.{_hint()}",
            "kind",
        )


def _hint() -> str:
    return "" if any(formats()) else f" {missing('Every other layout')}"


def _plan_keras3(model: Any, root: Group, plan: Plan, by_name: bool) -> None:
    pairs = _pairs_by_name(model, root) if by_name else _pairs_by_place(model, root, plan)
    for where, obj, group in pairs:
        if plan.skips(obj):
            continue
        stored = group.names()
        if hasattr(obj, "prepare_for"):  # weights of another kind
            obj.prepare_for([group.get(name) for name in stored])
        variables = own_variables(obj)
        if _reads_itself(obj):
            problem = _shape_problem(variables, group) if len(stored) == len(variables) else ""
            if problem:
                plan.refuse(problem)
            else:
                plan.add_object(obj, group)
            continue
        if len(stored) != len(variables):
            plan.refuse(
                f"{where!r} ({_title(obj)}) expects {len(variables)} variables, but the saved "
                f"object has {len(stored)}."
            )
            continue
        arrays = [group.get(str(index)) for index in range(len(variables))]
        if not all(isinstance(x, Dataset) for x in arrays):
            plan.refuse(f"{where!r} has {len(variables)} variables, the file {stored}.")
            continue
        for variable, value in zip(variables, _fitted(obj, variables, arrays), strict=True):
            plan.add(variable, value)


def _with_parts(objects: Iterable[Any]) -> list[Any]:
    return [part for obj in objects for _, part in saved_objects(obj)]


def _fitted(obj: Any, variables: list[Any], found: list[Any]) -> list[Any]:
    if all(v.shape == x.shape for v, x in zip(variables, found, strict=True)):
        return found
    return in_layout_of(obj, found)


def _reads_itself(obj: Any) -> bool:
    """Tell whether an object's own `load_own_variables` is to be called."""
    from cornu.base.layer import Layer
    from cornu.base.optimizer import Optimizer

    base = Layer if isinstance(obj, Layer) else Optimizer
    return is_overridden(obj, "load_own_variables", base)


def _shape_problem(variables: list[Any], group: Group) -> str:
    for index, variable in enumerate(variables):
        dataset = group.get(str(index))
        if isinstance(dataset, Dataset) and dataset.shape != variable.shape:
            return (
                f"{variable.path!r} has shape {variable.shape}, but the saved array has shape "
                f"{dataset.shape}."
            )
    return ""


def _pairs_by_place(model: Any, root: Group, plan: Plan) -> Iterator[tuple[str, Any, Group]]:
    used: set[str] = set()
    places: dict[int, tuple[str, Any, Group | None]] = {}
    for path, obj in saved_objects(model, with_optimizer=False, repeated=True):
        group = _group_at(root, path)
        if group is not None:
            used.add(group.path)
        # What is shared may be held once, at any of its places, or for each.
        held = places[id(obj)][2] if id(obj) in places else None
        if id(obj) not in places or (group is not None and (held is None or not held.names())):
            places[id(obj)] = (path, obj, group)
    for path, obj, group in places.values():
        if group is not None:
            if own_variables(obj) or group.names():
                yield path or "model", obj, group
        elif own_variables(obj) and not plan.skips(obj):
            text = f"The file has no weights for {path!r} ({_title(obj)})."
            if not plan.skip_mismatch:
                raise BadFileError(
                    f"{text} It has {_places_with_data(root)[:8]}. Was it saved from another "
                    "model?",
                    "shapes",
                )
            plan.refuse(text)
    left = [place for place in _places_with_data(root) if place not in used]
    if left and not plan.skip_mismatch:
        raise BadFileError(
            f"The file holds weights that the model has no place for: {left[:8]}. Was it saved "
            "from another model? Pass by_name=True to load layers of the same name only.",
            "shapes",
        )


def _group_at(root: Group, path: str) -> Group | None:
    """Return the group of an object's own variables."""
    group = root.group(f"{path}/vars" if path else "vars")
    if group is None and "/" in path:  # tf_keras: attributes that were private then
        parent, _, name = path.rpartition("/")
        group = root.group(f"{parent}/_{name}/vars")
    return group


def _pairs_by_name(model: Any, root: Group) -> Iterator[tuple[str, Any, Group]]:
    groups: dict[str, Group] = {}
    for item in (root.group("layers") or root).walk():
        if isinstance(item, Group) and item.path.endswith("/vars") and item.path.count("/") <= 2:
            name = item.attribute("name")
            parent = root.group(item.path.rpartition("/")[0])
            if isinstance(name, str) and parent is not None:
                groups.setdefault(name, parent)
    if not groups:
        raise BadFileError(
            "The file does not say what its layers are called, so they cannot be matched by name. "
            "Leave by_name out.",
            "names",
        )
    for layer in model.layers:
        group = groups.get(layer.name)
        for path, obj in saved_objects(layer) if group is not None else ():
            below = group.group(f"{path}/vars" if path else "vars")  # type: ignore[union-attr]
            if below is not None and own_variables(obj):
                yield f"{layer.name}/{path}".rstrip("/"), obj, below


def own_variables(obj: Any) -> list[Any]:
    """Return the variables of an object itself, without those of its parts."""
    own = getattr(obj, "_own_variables", None)
    return list(own()) if own is not None else list(obj.variables)


_ELSEWHERE = ("optimizer", "metrics", "cornu")  # groups that are no weights of the model


def _places_with_data(root: Group) -> list[str]:
    places: list[str] = []
    for name in root.names():
        child = root.get(name)
        if name in _ELSEWHERE or not isinstance(child, Group):
            continue
        groups = [child, *(item for item in child.walk() if isinstance(item, Group))]
        places.extend(g.path for g in groups if g.path.endswith("vars") and g.names())
    return places


def _title(obj: Any) -> str:
    return f"{type(obj).__name__} {getattr(obj, 'name', '')!r}"


def check_built(model: Any) -> None:
    """Raise NotBuiltError for a model without weights."""
    if not model.built:
        raise NotBuiltError(
            f"Model {model.name!r} has no weights yet: call it on data, or build(input_shape), "
            "before saving or loading weights."
        )
