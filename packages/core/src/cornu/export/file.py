"""The file of exported programs: a zip of their descriptions in JSON and of numbers in HDF5.

It obeys the rules of every model file (`cornu.saving.rules`): no code, known members only, sizes
bounded, a checksum for each array.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu.engine.variable import Variable
from cornu.errors import BadFileError
from cornu.export.describe import Description, InputSpec
from cornu.saving.archive import CONFIG, METADATA, WEIGHTS, Archive
from cornu.saving.atomic import atomically
from cornu.saving.hdf5 import Dataset, Group, open_hdf5
from cornu.saving.jsontext import read_json, write_json
from cornu.saving.kinds import PROGRAM
from cornu.saving.plan import checked, hdf5_bytes, put
from cornu.saving.rules import limits_for
from cornu.version import __version__

VERSION = 1


FIRST = "serve"  # the endpoint of a file that does not say another


@dataclass(frozen=True)
class Stored:
    """A program of a file.

    Attributes
    ----------
    endpoint : str
        What it is called.
    inputs : tuple of InputSpec
    graph : dict
    structure : structure of int
        Of the outputs.
    output_names : list of str
    arrays : dict of str to ndarray
    variables : list of int
        Which of the file's variables it knows, in its order.
    """

    endpoint: str
    inputs: tuple[InputSpec, ...]
    graph: dict[str, Any]
    structure: Any
    output_names: list[str]
    arrays: dict[str, np.ndarray]
    variables: list[int]


@dataclass(frozen=True)
class StoredFile:
    """What a file holds.

    Attributes
    ----------
    name : str
        Of the model.
    programs : list of Stored
    variables : list of (str, ndarray, bool)
        Paths and values, and whether they were trainable.
    collections : dict of str to list of int, or None
        Which variables go by a name of their own; None in the file of one model.
    """

    name: str
    programs: list[Stored]
    variables: list[tuple[str, np.ndarray, bool]]
    collections: dict[str, list[int]] | None


@dataclass(frozen=True)
class Endpoint:
    """A program to write: what it is called, what it computes, and the names of its outputs."""

    name: str
    description: Description
    output_names: list[str]


def write_programs(
    filepath: Any,
    name: str,
    endpoints: Sequence[Endpoint],
    tracked: Iterable[Variable] = (),
    collections: Mapping[str, Sequence[Variable]] | None = None,
) -> None:
    """Write programs over one set of variables, atomically.

    Parameters
    ----------
    filepath : path
    name : str
    endpoints : sequence of Endpoint
        At least one.
    tracked : iterable of Variable
        To be kept whether a program knows them or not.
    collections : dict of str to sequence of Variable, optional
        None for the one program of a model.
    """
    places: dict[Variable, int] = {}
    known = [variable for each in endpoints for variable in each.description.variables]
    named = [variable for group in (collections or {}).values() for variable in group]
    for variable in (*known, *tracked, *named):
        places.setdefault(variable, len(places))
    first, *more = [_program(each, places) for each in endpoints]
    config = {
        "format": PROGRAM,
        "version": VERSION,
        "name": name,
        **first,
        "variables": [v.path for v in places],
        "trainable": [bool(v.trainable) for v in places],
    }
    if collections is not None:
        config["more"] = more
        config["collections"] = {
            key: [places[v] for v in group] for key, group in collections.items()
        }

    def numbers(file: Any) -> None:
        groups: dict[str, Iterable[tuple[str, Any]]] = {
            _constants(i): each.description.arrays.items() for i, each in enumerate(endpoints)
        }
        groups["variables"] = ((str(i), v.array) for v, i in places.items())
        for group, arrays in groups.items():
            created = file.create_group(group)
            for key, array in arrays:
                put(created, key, np.asarray(array))

    members: dict[str, Any] = {
        METADATA: write_json({"format": PROGRAM, "cornu_version": __version__}),
        CONFIG: write_json(config),
        WEIGHTS: hdf5_bytes(numbers),
    }
    with atomically(filepath) as temporary, zipfile.ZipFile(temporary, "x") as archive:
        for member, data in members.items():
            archive.writestr(member, data)


def _program(endpoint: Endpoint, places: Mapping[Variable, int]) -> dict[str, Any]:
    description = endpoint.description
    return {
        "endpoint": endpoint.name,
        "inputs": [[s.name, list(s.shape), s.dtype] for s in description.inputs],
        "outputs": _written(description.structure),
        "output_names": endpoint.output_names,
        "graph": description.graph,
        "knows": [places[v] for v in description.variables],
    }


def _constants(number: int) -> str:
    return f"constants_{number}" if number else "constants"


def read_programs(filepath: Any, max_bytes: int | None = None) -> StoredFile:
    """Read what `write_programs` wrote.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    BadFileError
        If the file breaks a rule.
    """
    path = os.fspath(filepath)
    limits = limits_for(path, max_bytes)
    with open(path, "rb") as file:
        archive = Archive(file, limits)
        config = read_json(archive.text(CONFIG), limits, CONFIG)
        if config.get("format") != PROGRAM:
            raise BadFileError(
                "It holds a model to go on with, not an exported program: open it with "
                "cornu.models.load_model.",
                "kind",
            )
        if config["version"] > VERSION:
            raise BadFileError(
                f"It is of version {config['version']}; this Cornu reads up to {VERSION}.", "kind"
            )
        paths = [str(path) for path in config["variables"]]
        trainable = config.get("trainable", [True] * len(paths))
        with open_hdf5(archive.open(WEIGHTS), limits) as root:
            values = _numbers(root, "variables")
            programs = [
                _stored(said, _numbers(root, _constants(i)), len(paths))
                for i, said in enumerate([config, *config.get("more", [])])
            ]
        collections = config.get("collections")
        return StoredFile(
            str(config["name"]),
            programs,
            [(p, values[str(i)], bool(trainable[i])) for i, p in enumerate(paths)],
            None
            if collections is None
            else {str(key): _places(group, len(paths)) for key, group in collections.items()},
        )


def _stored(said: dict[str, Any], constants: dict[str, np.ndarray], count: int) -> Stored:
    return Stored(
        str(said.get("endpoint", FIRST)),
        tuple(_input(*each) for each in said["inputs"]),
        said["graph"],
        _read(said["outputs"]),
        [str(name) for name in said["output_names"]],
        constants,
        _places(said.get("knows", range(count)), count),
    )


def _places(given: Iterable[Any], count: int) -> list[int]:
    found = [int(place) for place in given]
    if any(not 0 <= place < count for place in found):
        raise BadFileError("A program speaks of a variable that the file does not hold.", "config")
    return found


def _input(name: Any, shape: Any, dtype: Any) -> InputSpec:
    sizes = tuple(None if n is None else int(n) for n in shape)
    return InputSpec(str(name), sizes, np.dtype(dtype).name)


def _numbers(root: Group, name: str) -> dict[str, np.ndarray]:
    group = root.group(name)
    found = {} if group is None else {key: group.get(key) for key in group.names()}
    return {key: checked(value) for key, value in found.items() if isinstance(value, Dataset)}


def _written(structure: Any) -> Any:
    if isinstance(structure, dict):
        return {"dict": [[str(key), _written(value)] for key, value in structure.items()]}
    if isinstance(structure, (list, tuple)):
        kind = "tuple" if isinstance(structure, tuple) else "list"
        return {kind: [_written(value) for value in structure]}
    return structure


def _read(written: Any) -> Any:
    if not isinstance(written, dict):
        return int(written)
    kind, members = next(iter(written.items()))
    if kind == "dict":
        return {str(key): _read(value) for key, value in members}
    found = [_read(value) for value in members]
    return tuple(found) if kind == "tuple" else found
