"""Looking into weights files, and changing them, without the model they belong to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from cornu.saving.formats import format_of_weights
from cornu.saving.layout import saved_objects
from cornu.saving.training_state import GROUP
from cornu_data.files.file_kinds import (
    ZIP,
    check_is_file,
    kind_of_file,
    weights_source,
)
from cornu_data.files.plan import hdf5_bytes, put
from cornu_engine.errors import BadFileError, near_matches
from cornu_engine.files.archive import METADATA, Archive
from cornu_engine.files.atomic import write_bytes
from cornu_engine.files.hdf5 import Dataset, Group, checked, open_hdf5
from cornu_engine.files.jsontext import read_json
from cornu_engine.files.rules import limits_for, reading
from cornu_engine.sourcetext import one_line

Tree = dict[str, Any]  # of objects; the leaves are arrays


class KerasFileEditor:
    """A weights file to inspect, change and write anew, as after a change of the architecture.

    Objects go by their place in the file, as `layers/dense_1`, or by the last word of it where that
    is the only one; their weights are called `"0"`, `"1"`, …

    Parameters
    ----------
    filepath : path
        A `.keras` file, or weights in the layout of Keras 3 (`.weights.h5`).

    Attributes
    ----------
    weights_dict : dict
        Objects by name, in each its weights and the objects inside it.
    metadata : dict or None
        What a `.keras` file says of its making.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    BadFileError
        If it is of another kind, or damaged.

    Examples
    --------
    >>> import os, tempfile, cornu
    >>> from cornu.layers import Dense
    >>> model = cornu.Sequential([cornu.Input((2,)), Dense(3), Dense(1)])
    >>> path = os.path.join(tempfile.mkdtemp(), "m.weights.h5")
    >>> model.save_weights(path)
    >>> editor = KerasFileEditor(path)  # doctest: +ELLIPSIS
    Keras model file '...m.weights.h5'
    >>> editor.summary()
    layers
        dense
            0  (2, 3)  float32
            1  (3,)  float32
        dense_1
            0  (3, 1)  float32
            1  (1,)  float32
    >>> editor.delete_object("dense_1")
    >>> editor.save(path)
    """

    def __init__(self, filepath: Any) -> None:
        self.filepath = os.fspath(filepath)
        check_is_file(self.filepath, "weights file")
        self.metadata: dict[str, Any] | None = None
        self._names: dict[str, str] = {}  # of objects as their model calls them, by place
        limits = limits_for(self.filepath)
        with (
            reading(self.filepath),
            weights_source(self.filepath, limits) as source,
            open_hdf5(source, limits) as root,
        ):
            if format_of_weights(root)[0] is not None:
                raise BadFileError(
                    "It has the layout of Keras 2. Load it into its model, and write "
                    "model.save_weights('new.weights.h5').",
                    "kind",
                )
            self.weights_dict = self._read(root, "")
            if kind_of_file(self.filepath) == ZIP:
                with open(self.filepath, "rb") as file:
                    archive = Archive(file, limits)
                    if METADATA in archive:
                        self.metadata = read_json(archive.text(METADATA), limits, METADATA)
        print(f"Keras model file {self.filepath!r}")
        if self.metadata is not None:
            version, date = (self.metadata.get(k) for k in ("keras_version", "date_saved"))
            print(one_line(f"Saved with Keras {version} - date: {date}"))

    def _read(self, group: Group, path: str) -> Tree:
        """Return what is in a group; the variables of an object lie beside the objects inside."""
        tree: Tree = {}
        for name in group.names():
            child = group.get(name)
            place = _join(path, name)
            if isinstance(child, Dataset):
                tree[name] = checked(child)
            elif isinstance(child, Group) and name == "vars":
                tree.update(self._read(child, path))
                said = child.attribute("name")
                if isinstance(said, str):
                    self._names[path] = said
            elif isinstance(child, Group) and place != GROUP:
                inside = self._read(child, place)
                if inside:
                    tree[name] = inside
        return tree

    def summary(self) -> None:
        """Print the objects of the file, and shapes and dtypes of their weights."""
        for path, value in _walk(self.weights_dict):
            name = path.rpartition("/")[2]
            said = "" if isinstance(value, dict) else f"  {value.shape}  {value.dtype}"
            print(f"{'    ' * path.count('/')}{one_line(name)}{said}")

    def compare(self, reference_model: Any) -> dict[str, Any]:
        """Print how the file differs from what a model would save.

        Parameters
        ----------
        reference_model : Model
            Built.

        Returns
        -------
        dict
            `"status"`, "success" or "error"; `"error_count"`, the objects and weights that one of
            the two lacks or that have another shape; `"match_count"`, the weights that fit.

        Examples
        --------
        >>> import os, tempfile, cornu
        >>> from cornu.layers import Dense
        >>> model = cornu.Sequential([cornu.Input((2,)), Dense(3)])
        >>> path = os.path.join(tempfile.mkdtemp(), "m.weights.h5")
        >>> model.save_weights(path)
        >>> KerasFileEditor(path).compare(model)["status"]  # doctest: +ELLIPSIS
        Keras model file '...m.weights.h5'
        The file fits the model: 2 weights.
        'success'
        """
        expected = _tree_of(reference_model)
        errors = [
            *_lacking(self.weights_dict, expected, "the model, not in the file"),
            *_lacking(expected, self.weights_dict, "the file, not in the model"),
        ]
        matches = 0
        stored = dict(_walk(self.weights_dict))
        for path, value in _walk(expected):
            other = stored.get(path)
            if isinstance(value, dict) or other is None or isinstance(other, dict):
                continue
            if other.shape == value.shape:
                matches += 1
            else:
                errors.append(
                    f"{path!r} has shape {other.shape} in the file, {value.shape} in the model."
                )
        for error in errors:
            print(error)
        if not errors:
            print(f"The file fits the model: {matches} weights.")
        return {
            "status": "error" if errors else "success",
            "error_count": len(errors),
            "match_count": matches,
        }

    def rename_object(self, object_name: str, new_name: str) -> None:
        """Give an object another name in its place.

        Parameters
        ----------
        object_name : str
            Name or path.
        new_name : str
            Its new last word.
        """
        if "/" in new_name:
            raise ValueError(f"new_name={new_name!r} is a path: give the last word of it alone.")
        path, parent, name = self._find(object_name)
        if new_name in parent:
            raise ValueError(f"There is a {new_name!r} beside {path!r} already.")
        parent[new_name] = parent.pop(name)
        renamed = _join(path.rpartition("/")[0], new_name)
        self._names = {
            renamed + key[len(path) :] if f"{key}/".startswith(f"{path}/") else key: said
            for key, said in self._names.items()
        }

    def delete_object(self, object_name: str) -> None:
        """Remove an object with all that is in it.

        Parameters
        ----------
        object_name : str
            Name or path.
        """
        _, parent, name = self._find(object_name)
        del parent[name]

    def add_object(self, object_path: str, weights: dict[str, Any]) -> None:
        """Put in a new object.

        Parameters
        ----------
        object_path : str
            Path, as `layers/dense_2`; what it lies in is there.
        weights : dict of str to array
            Weights by their names, `"0"`, `"1"`, …
        """
        place, _, name = object_path.rpartition("/")
        parent = self._at(place)
        parent[name] = _arrays(weights)
        self._names.pop(object_path, None)

    def delete_weight(self, object_name: str, weight_name: str) -> None:
        """Remove a weight of an object.

        Parameters
        ----------
        object_name : str
            Name or path.
        weight_name : str
        """
        path, parent, name = self._find(object_name)
        if isinstance(parent[name].get(weight_name), (dict, type(None))):
            raise ValueError(
                f"{path!r} has no weight {weight_name!r}; it has {_weights(parent[name])}."
            )
        del parent[name][weight_name]

    def add_weights(self, object_name: str, weights: dict[str, Any]) -> None:
        """Put weights into an object; those of the same names are replaced.

        Parameters
        ----------
        object_name : str
            Name or path.
        weights : dict of str to array
        """
        _, parent, name = self._find(object_name)
        parent[name].update(_arrays(weights))

    def save(self, filepath: Any) -> None:
        """Write the weights as they are now.

        Parameters
        ----------
        filepath : path
            Ending in `.weights.h5`.
        """
        if not os.fspath(filepath).endswith(".weights.h5"):
            raise ValueError(f"{os.fspath(filepath)!r} must end in .weights.h5.")
        write_bytes(filepath, hdf5_bytes(self._write))

    def resave_weights(self, filepath: Any) -> None:
        """Write the weights as they are now: `save` under its older name."""
        self.save(filepath)

    def _write(self, file: Any) -> None:
        for path, value in _walk({"": self.weights_dict}):
            place = path.strip("/")
            if isinstance(value, dict) and _weights(value):
                group = file.require_group(_join(place, "vars"))
                if place in self._names:
                    group.attrs["name"] = self._names[place]
                for name in _weights(value):
                    put(group, name, value[name])

    def _at(self, path: str) -> Tree:
        place: Any = self.weights_dict
        for part in filter(None, path.split("/")):
            place = place.get(part) if isinstance(place, dict) else None
        if not isinstance(place, dict):
            raise ValueError(f"There is no object {path!r} in the file.{self._near(path)}")
        return place

    def _find(self, name: str) -> tuple[str, Tree, str]:
        """Return the path of an object, what it lies in, and its name there."""
        paths = [path for path, value in _walk(self.weights_dict) if isinstance(value, dict)]
        places = [name] if name in paths else [p for p in paths if p.rpartition("/")[2] == name]
        if len(places) > 1:
            raise ValueError(f"There are several {name!r}: {', '.join(places)}. Give the path.")
        if not places:
            raise ValueError(f"There is no object {name!r} in the file.{self._near(name)}")
        place, _, last = places[0].rpartition("/")
        return places[0], self._at(place), last

    def _near(self, name: str) -> str:
        paths = [path for path, value in _walk(self.weights_dict) if isinstance(value, dict)]
        return f" {near_matches(name, paths)}".rstrip()


def _join(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def _weights(obj: Tree) -> list[str]:
    return [name for name, value in obj.items() if not isinstance(value, dict)]


def _arrays(weights: Any) -> Tree:
    if not isinstance(weights, dict):
        raise ValueError(
            f"weights must be a dict of arrays, as {{'0': kernel}}; got {type(weights).__name__}."
        )
    return {str(name): np.asarray(value) for name, value in weights.items()}


def _walk(objects: Tree, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the path and the value of everything in a tree, each object before its contents."""
    for name, value in objects.items():
        place = _join(path, name)
        yield place, value
        if isinstance(value, dict):
            yield from _walk(value, place)


def _tree_of(model: Any) -> Tree:
    """Return what a model would save."""
    tree: Tree = {}
    for path, obj in saved_objects(model, repeated=True):
        store: dict[str, Any] = {}
        obj.save_own_variables(store)
        place = tree
        for part in filter(None, path.split("/")):
            place = place.setdefault(part, {})
        place.update({name: np.asarray(value) for name, value in store.items()})
    _prune(tree)
    return tree


def _prune(objects: Tree) -> None:
    for name, value in list(objects.items()):
        if isinstance(value, dict):
            _prune(value)
            if not value:
                del objects[name]


def _lacking(here: Tree, there: Tree, where: str, path: str = "") -> Iterator[str]:
    """Say what is there and not here; of an object that lacks whole, not its contents."""
    for name, value in there.items():
        place = _join(path, name)
        if isinstance(value, dict) != isinstance(here.get(name), dict) or name not in here:
            contents = f", with {', '.join(value)}" if isinstance(value, dict) else ""
            yield f"{place!r} is in {where}{contents}."
        elif isinstance(value, dict):
            yield from _lacking(here[name], value, where, place)
