"""The file of an exported model: a zip of a description in JSON and of numbers in HDF5.

It obeys the rules of every model file (`cornu.saving.rules`): no code, known members only, sizes
bounded, a checksum for each array.
"""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass
from typing import Any

import numpy as np

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


@dataclass(frozen=True)
class Stored:
    """What a file holds.

    Attributes
    ----------
    name : str
        Of the model.
    inputs : tuple of InputSpec
    graph : dict
    structure : structure of int
        Of the outputs.
    output_names : list of str
    arrays : dict of str to ndarray
    variables : list of (str, ndarray)
        Paths and values.
    """

    name: str
    inputs: tuple[InputSpec, ...]
    graph: dict[str, Any]
    structure: Any
    output_names: list[str]
    arrays: dict[str, np.ndarray]
    variables: list[tuple[str, np.ndarray]]


def write_program(
    filepath: Any, name: str, description: Description, output_names: list[str]
) -> None:
    """Write a description, atomically."""
    config = {
        "format": PROGRAM,
        "version": VERSION,
        "name": name,
        "inputs": [[s.name, list(s.shape), s.dtype] for s in description.inputs],
        "outputs": _written(description.structure),
        "output_names": output_names,
        "variables": [v.path for v in description.variables],
        "graph": description.graph,
    }

    def numbers(file: Any) -> None:
        for group, arrays in (
            ("constants", description.arrays.items()),
            ("variables", ((str(i), v.array) for i, v in enumerate(description.variables))),
        ):
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


def read_program(filepath: Any, max_bytes: int | None = None) -> Stored:
    """Read what `write_program` wrote.

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
        with open_hdf5(archive.open(WEIGHTS), limits) as root:
            constants, values = _numbers(root, "constants"), _numbers(root, "variables")
        return Stored(
            str(config["name"]),
            tuple(_input(*each) for each in config["inputs"]),
            config["graph"],
            _read(config["outputs"]),
            [str(name) for name in config["output_names"]],
            constants,
            [(str(p), values[str(i)]) for i, p in enumerate(config["variables"])],
        )


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
