"""The file of exported programs: a zip of their descriptions in JSON, and of their numbers.

It obeys the rules of every model file (`cornu_engine.files.rules`): no code, known members only,
sizes bounded, a checksum for each array.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu_engine.errors import BadFileError
from cornu_engine.files.archive import CONFIG, METADATA, PROGRAM
from cornu_engine.files.atomic import atomically
from cornu_engine.files.jsontext import write_json
from cornu_engine.files.names import check_name, unreadable
from cornu_engine.variable import Variable
from cornu_engine.version import __version__
from cornu_export.describe import Description, InputSpec
from cornu_export.numbers import put

VERSION = 2

FIRST = "serve"  # the endpoint of a file that does not say another
SERVED = frozenset(  # attributes of what is loaded
    "endpoints name signatures variables trainable_variables non_trainable_variables".split()
)


def is_endpoint(name: str) -> bool:
    """Tell whether what is loaded can have an attribute of that name.

    Examples
    --------
    >>> is_endpoint("serve"), is_endpoint("_serve"), is_endpoint("variables")
    (True, False, False)
    """
    return name.isidentifier() and not name.startswith("_") and name not in SERVED


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
    size : int
        Bytes on the disk.
    """

    name: str
    programs: list[Stored]
    variables: list[tuple[str, np.ndarray, bool]]
    collections: dict[str, list[int]] | None
    size: int


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

    Raises
    ------
    SavingError
        For a name that no file may bring.
    """
    places: dict[Variable, int] = {}
    known = [variable for each in endpoints for variable in each.description.variables]
    named = [variable for group in (collections or {}).values() for variable in group]
    for variable in (*known, *tracked, *named):
        places.setdefault(variable, len(places))
    _check_names(name, endpoints, places)
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

    texts = {METADATA: {"format": PROGRAM, "cornu_version": __version__}, CONFIG: config}
    with atomically(filepath) as temporary, zipfile.ZipFile(temporary, "x") as archive:
        for member, text in texts.items():
            archive.writestr(zipfile.ZipInfo(member), write_json(text))
        for i, each in enumerate(endpoints):
            for key, array in each.description.arrays.items():
                put(archive, constants_group(i), key, np.asarray(array))
        for variable, place in places.items():
            put(archive, "variables", str(place), np.asarray(variable.array))


def _check_names(name: str, endpoints: Sequence[Endpoint], variables: Iterable[Variable]) -> None:
    """Refuse what a reader would refuse."""
    inputs = [spec.name for each in endpoints for spec in each.description.inputs]
    outputs = [output for each in endpoints for output in each.output_names]
    named = {"model": [name], "input": inputs, "output": outputs}
    named["variable"] = [variable.path for variable in variables]
    try:
        for what, names in named.items():
            for one in names:
                check_name(one, what)
    except BadFileError as error:
        raise unreadable(error) from None


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


def constants_group(number: int) -> str:
    """Return where the constants of a program lie."""
    return f"constants_{number}" if number else "constants"


def _written(structure: Any) -> Any:
    if isinstance(structure, dict):
        return {"dict": [[str(key), _written(value)] for key, value in structure.items()]}
    if isinstance(structure, (list, tuple)):
        kind = "tuple" if isinstance(structure, tuple) else "list"
        return {kind: [_written(value) for value in structure]}
    return structure
