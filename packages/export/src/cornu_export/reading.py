"""Reading the file of exported programs: nothing in it is believed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from cornu_engine.errors import BadFileError
from cornu_engine.files.archive import CONFIG, PROGRAM, Archive
from cornu_engine.files.jsontext import read_json
from cornu_engine.files.names import check_name
from cornu_engine.files.rules import limits_for
from cornu_export import numbers, version1
from cornu_export.describe import InputSpec
from cornu_export.file import FIRST, Stored, StoredFile, constants_group, is_endpoint
from cornu_export.said import distinct, dtype, fields, items, names, number, refuse, truth

DEPTH = 32  # of the structure of outputs
VERSIONS = {1: version1, 2: numbers}  # how each holds its numbers
_PROGRAM = ("inputs", "outputs", "output_names", "graph")
_FILE = ("format", "version", "name", "variables")
_NEWER = ("endpoint", "knows", "trainable", "more", "collections")


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
        archive = Archive(file, limits, None)
        config = read_json(archive.text(CONFIG), limits, CONFIG)
        if config.get("format") != PROGRAM:
            raise BadFileError(
                "It holds a model to go on with, not an exported program: open it with "
                "cornu.models.load_model.",
                "kind",
            )
        version = number(config.get("version"), "The version")
        if version not in VERSIONS:
            raise BadFileError(
                f"It is of version {version}; this Cornu reads up to {max(VERSIONS)}.", "kind"
            )
        archive.hold_to(VERSIONS[version].LAYOUT)
        fields(config, "The file", (*_PROGRAM, *_FILE), _NEWER)
        more = items(config.get("more", []), "The further programs")
        for said in more:
            fields(said, "A further program", ("endpoint", *_PROGRAM, "knows"))
        constants = [constants_group(i) for i in range(len(more) + 1)]
        arrays = VERSIONS[version].read(archive, ["variables", *constants])
        variables = _variables(config, arrays["variables"])
        count = len(variables)
        programs = [
            _stored(said, arrays[group], count)
            for said, group in zip([config, *more], constants, strict=True)
        ]
        collections = _collections(config.get("collections"), count)
        _check_attributes([p.endpoint for p in programs], collections)
        name = check_name(config["name"], "model")
        return StoredFile(name, programs, variables, collections, os.path.getsize(path))


def _variables(
    config: Mapping[str, Any], values: Mapping[str, np.ndarray]
) -> list[tuple[str, np.ndarray, bool]]:
    paths = items(config["variables"], "The variables")
    trainable = items(config.get("trainable", [True] * len(paths)), "trainable", len(paths))
    if values.keys() != {str(i) for i in range(len(paths))}:
        refuse("The variables that are named are not those whose numbers are there.")
    return [
        (check_name(path, "variable"), values[str(i)], truth(trains, "trainable"))
        for i, (path, trains) in enumerate(zip(paths, trainable, strict=True))
    ]


def _stored(said: Mapping[str, Any], constants: dict[str, np.ndarray], count: int) -> Stored:
    inputs = tuple(_input(each) for each in items(said["inputs"], "The inputs"))
    names([spec.name for spec in inputs], "input")
    output_names = names(said["output_names"], "output")
    return Stored(
        check_name(said.get("endpoint", FIRST), "endpoint"),
        inputs,
        said["graph"],
        _structure(said["outputs"], len(output_names)),
        output_names,
        constants,
        distinct(said.get("knows", list(range(count))), "A variable of a program", count),
    )


def _input(said: Any) -> InputSpec:
    name, shape, kind = items(said, "An input", 3)
    sizes = (
        None if n is None else number(n, f"A size of the input {name!r}")
        for n in items(shape, "The shape of an input")
    )
    kind_of_number = dtype(kind, "The dtype of an input")
    return InputSpec(check_name(name, "input"), tuple(sizes), kind_of_number.name)


def _collections(said: Any, count: int) -> dict[str, list[int]] | None:
    if said is None:
        return None
    if not isinstance(said, dict):
        refuse("The collections are no object.")
    return {
        check_name(name, "collection"): distinct(places, "A variable of a collection", count)
        for name, places in said.items()
    }


def _check_attributes(endpoints: list[str], collections: Mapping[str, Any] | None) -> None:
    """Endpoints and collections become attributes of what is loaded."""
    if collections is None:
        if endpoints != [FIRST]:
            refuse(f"The program of a model is called {FIRST!r}; this is {endpoints!r}.")
        return
    called = names([*endpoints, *collections], "endpoint or collection")
    wrong = [name for name in called if not is_endpoint(name)]
    if wrong:
        raise BadFileError(f"{wrong[0]!r} is no name of an endpoint or collection.", "names")


def _structure(said: Any, count: int, depth: int = 0) -> Any:
    if not isinstance(said, dict):
        return number(said, "An output", count)
    if depth == DEPTH or len(said) != 1:
        refuse("The structure of the outputs cannot be read.")
    ((kind, members),) = said.items()
    members = items(members, "A structure of outputs")
    if kind == "dict":
        pairs = [items(member, "A named output", 2) for member in members]
        keys = names([key for key, _ in pairs], "output")
        found = [_structure(value, count, depth + 1) for _, value in pairs]
        return dict(zip(keys, found, strict=True))
    found = [_structure(member, count, depth + 1) for member in members]
    if kind not in ("tuple", "list"):
        refuse("A structure of outputs is a dict, a list or a tuple.")
    return tuple(found) if kind == "tuple" else found
