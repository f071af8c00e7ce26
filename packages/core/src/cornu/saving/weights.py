"""Weights in HDF5 files, in the layout of Keras 3."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu.errors import NotBuiltError, SavingError, ShapeError
from cornu.saving.atomic import atomically
from cornu.saving.layout import saved_objects


def save_weights(
    model: Any, filepath: Any, overwrite: bool = True, max_shard_size: Any = None, **kwargs: Any
) -> None:
    """Write the weights of a model, and its optimizer's state, to one file.

    Parameters
    ----------
    model : Model
    filepath : path
        Any name; missing folders are made.
    overwrite : bool
        Whether an existing file may be replaced; else FileExistsError.
    max_shard_size
        Accepted for Keras' sake: there is one file.

    Examples
    --------
    >>> import os, tempfile, cornu
    >>> x = cornu.Input((2,))
    >>> model = cornu.Model(x, x + 1.0)
    >>> path = os.path.join(tempfile.mkdtemp(), "m.weights.h5")
    >>> save_weights(model, path)
    >>> load_weights(model, path)
    """
    import h5py

    _check_built(model)
    with atomically(filepath, overwrite) as temporary, h5py.File(temporary, "w") as file:
        write_weights(model, file)


def write_weights(model: Any, file: Any, with_optimizer: bool = True) -> None:
    """Write into an open HDF5 file or group."""
    for path, obj in saved_objects(model, with_optimizer):
        store: dict[str, np.ndarray] = {}
        obj.save_own_variables(store)
        group = file.require_group(f"{path}/vars" if path else "vars")
        name = getattr(obj, "name", None)
        if isinstance(name, str):
            group.attrs["name"] = name
        for key, value in store.items():
            group.create_dataset(key, data=np.asarray(value))


def load_weights(
    model: Any,
    filepath: Any,
    skip_mismatch: bool = False,
    by_name: bool = False,
    reshape: bool = False,
    **kwargs: Any,
) -> None:
    """Read the weights of a model from a file.

    Parameters
    ----------
    model : Model
        Built, of the architecture that was saved.
    filepath : path
    skip_mismatch : bool
        Leave weights of another shape as they are, with a warning, in place of raising.
    by_name : bool
        Load into layers of the same name, whatever the order and whatever else there is.
    reshape : bool
        Take weights of another shape but the same size in the shape that fits.

    Raises
    ------
    SavingError
        If the file is no weights file, or holds other layers.
    ShapeError
        If a weight has another shape; nothing is changed then.
    """
    import h5py

    if kwargs:
        raise TypeError(f"load_weights() does not take {', '.join(map(repr, kwargs))}.")
    if not os.path.isfile(filepath):
        raise FileNotFoundError(f"There is no weights file {os.fspath(filepath)!r}.")
    if not h5py.is_hdf5(filepath):
        raise SavingError(f"{os.fspath(filepath)!r} is not an HDF5 file, so it holds no weights.")
    with h5py.File(filepath, "r") as file:
        read_weights(model, file, skip_mismatch, by_name, reshape)


def read_weights(
    model: Any,
    file: Any,
    skip_mismatch: bool = False,
    by_name: bool = False,
    reshape: bool = False,
) -> None:
    """Read from an open HDF5 file or group: first everything is checked, then everything is set."""
    if not any(name in file for name in ("vars", "layers", "_layer_checkpoint_dependencies")):
        raise SavingError(
            "The file has none of the groups of a weights file ('layers', 'vars'); it has "
            f"{sorted(file)[:5]}."
        )
    _check_built(model)
    pairs = _pairs_by_name(model, file) if by_name else _pairs_by_place(model, file, skip_mismatch)
    planned = []
    for where, obj, group in pairs:
        store = {key: _dataset(group, key) for key in group}
        if reshape:
            store = _reshaped(obj, store)
        problem = _mismatch(where, obj, store)
        if problem and not skip_mismatch:
            raise ShapeError(f"{problem} Pass skip_mismatch=True to leave it as it is.")
        if problem:
            warnings.warn(f"{problem} It keeps its weights.", stacklevel=3)
        else:
            planned.append((obj, store))
    for obj, store in planned:
        obj.load_own_variables(store)


def _pairs_by_place(model: Any, file: Any, skip_mismatch: bool) -> Iterator[tuple[str, Any, Any]]:
    used: set[str] = set()
    for path, obj in saved_objects(model):
        place = f"{path}/vars" if path else "vars"
        variables = _variables(obj)
        if place in file:
            used.add(place)
            if path != "optimizer" or (variables and len(file[place]) == len(variables)):
                yield path or "model", obj, file[place]
        elif variables and path != "optimizer":
            text = f"The file has no weights for {path!r} ({_title(obj)})."
            if not skip_mismatch:
                raise SavingError(
                    f"{text} It has {_places_with_data(file)[:8]}. Was it saved from another model?"
                )
            warnings.warn(f"{text} It keeps its weights.", stacklevel=4)
    left = [p for p in _places_with_data(file) if p not in used and not p.startswith("optimizer")]
    if left and not skip_mismatch:
        raise SavingError(
            f"The file holds weights that the model has no place for: {left[:8]}. Was it saved "
            "from another model? "
            "Pass by_name=True to load layers of the same name only."
        )


def _pairs_by_name(model: Any, file: Any) -> Iterator[tuple[str, Any, Any]]:
    found: dict[str, Any] = {}

    def note(place: str, item: Any) -> None:
        name = item.attrs.get("name") if place.endswith("vars") else None
        if name is not None and place.count("/") <= 2:  # layers of the model itself
            found.setdefault(str(name), item.parent)

    file.visititems(note)
    for layer in model.layers:
        group = found.get(layer.name)
        if group is not None:
            for path, obj in saved_objects(layer):
                place = f"{path}/vars" if path else "vars"
                if place in group and _variables(obj):
                    yield f"{layer.name}/{path}".rstrip("/"), obj, group[place]


def _mismatch(where: str, obj: Any, store: dict[str, np.ndarray]) -> str:
    variables = _variables(obj)
    if type(obj).load_own_variables is not _default_loader(obj):
        return ""  # the layer knows better
    if len(store) != len(variables):
        return f"{where!r} ({_title(obj)}) has {len(variables)} variables, the file {len(store)}."
    for index, variable in enumerate(variables):
        value = store.get(str(index))
        if value is None or value.shape != variable.shape:
            shape = "nothing" if value is None else f"shape {value.shape}"
            return f"{variable.path!r} has shape {variable.shape}, the file {shape}."
    return ""


def _reshaped(obj: Any, store: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    shapes = {str(i): variable.shape for i, variable in enumerate(_variables(obj))}
    return {
        key: value.reshape(shapes[key])
        if key in shapes and value.size == np.prod(shapes[key])
        else value
        for key, value in store.items()
    }


def _default_loader(obj: Any) -> Any:
    from cornu.base.layer import Layer
    from cornu.base.optimizer import Optimizer

    return (Layer if isinstance(obj, Layer) else Optimizer).load_own_variables


def _variables(obj: Any) -> list[Any]:
    own = getattr(obj, "_own_variables", None)
    return list(own()) if own is not None else list(obj.variables)


def _dataset(group: Any, key: str) -> np.ndarray:
    value = group[key][()]
    if group[key].attrs.get("dtype") == "bfloat16":  # the upper half of a float32
        raw = np.asarray(value).view(np.uint16).astype(np.uint32) << 16
        return raw.view(np.float32)
    return np.asarray(value)


def _places_with_data(file: Any) -> list[str]:
    places: list[str] = []
    file.visititems(
        lambda name, item: places.append(name) if name.endswith("vars") and len(item) else None
    )
    return places


def _title(obj: Any) -> str:
    return f"{type(obj).__name__} {getattr(obj, 'name', '')!r}"


def _check_built(model: Any) -> None:
    if not model.built:
        raise NotBuiltError(
            f"Model {model.name!r} has no weights yet: call it on data, or build(input_shape), "
            "before saving or "
            "loading weights."
        )
