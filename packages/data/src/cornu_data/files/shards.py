"""Weights in several files of bounded size, with an index of what lies where: Keras 3's layout.

Keras says what the files are called, so new ones replace old ones one after the other. The index,
written last, and each file carry the mark of their writing: what a crash left half new is refused.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from cornu_data.files.file_kinds import INDEX
from cornu_data.files.plan import hdf5_bytes, put
from cornu_engine.errors import BadFileError
from cornu_engine.files.atomic import write_bytes
from cornu_engine.files.hdf5 import Dataset, Group, open_hdf5
from cornu_engine.files.jsontext import read_json, write_json
from cornu_engine.files.rules import Limits

MARK = "cornu_writing"  # in the metadata of the index, and an attribute of each file
Variables = tuple[str, str | None, dict[str, np.ndarray]]  # group, name of the object, values


def write_shards(
    objects: Iterable[Variables], filepath: Any, overwrite: bool, max_shard_size: float
) -> None:
    """Write the variables of objects.

    Parameters
    ----------
    objects : iterable of (path of the group, name of the object, dict of arrays)
    filepath : path
        Of the index, ending in `.weights.json`.
    overwrite : bool
        Whether an existing index may be replaced; its shards go with it.
    max_shard_size : float
        Of each file, in GB.

    Raises
    ------
    ValueError
        If a weight alone is larger than that.
    """
    index = Path(os.fspath(filepath))
    if index.exists() and not overwrite:
        raise FileExistsError(f"{index} exists already; pass overwrite=True to replace it.")
    before = _files_of(index)
    mark = secrets.token_hex(8)
    where: dict[str, list[str]] = {}
    total = 0
    for number, shard in enumerate(_divided(objects, max_shard_size * 1024**3)):
        name = f"{index.name.removesuffix(INDEX)}_{number:05d}.weights.h5"
        write_bytes(index.with_name(name), hdf5_bytes(_writer(shard, mark)))
        for path, _, values in shard:
            where.setdefault(f"/{path}", []).append(name)
            total += sum(value.nbytes for value in values.values())
    said = {"metadata": {"total_size": total, MARK: mark}, "weight_map": where}
    write_bytes(index, write_json(said, indent=4).encode())
    for name in set(before) - {name for names in where.values() for name in names}:
        with contextlib.suppress(OSError):
            index.with_name(name).unlink()


def _writer(shard: list[Variables], mark: str) -> Any:
    def write(file: Any) -> None:
        file.attrs[MARK] = mark
        for path, name, values in shard:
            group = file.require_group(path)
            if name is not None:
                group.attrs["name"] = name
            for key, value in values.items():
                put(group, key, value)

    return write


def _divided(objects: Iterable[Variables], limit: float) -> Iterator[list[Variables]]:
    """Yield the contents of each file: objects in order, where need be cut between weights."""
    shard: list[Variables] = []
    size = 0
    for path, name, values in objects:
        part: dict[str, np.ndarray] = {}
        for key, value in values.items():
            if value.nbytes > limit:
                raise ValueError(
                    f"The weight {path}/{key} takes {value.nbytes:,} bytes, more than "
                    f"max_shard_size, {limit:,.0f}. Allow larger files."
                )
            if size + value.nbytes > limit:
                yield [*shard, (path, name, part)] if part else shard
                shard, part, size = [], {}, 0
            part[key] = value
            size += value.nbytes
        if part:
            shard.append((path, name, part))
    if shard:
        yield shard


def _files_of(index: Path) -> list[str]:
    """Return the files of an index that is there already."""
    try:
        said = read_json(index.read_text(encoding="utf-8"), Limits(), index.name)
        return _names(said)
    except (OSError, ValueError):
        return []


def _names(index: dict[str, Any]) -> list[str]:
    places = index.get("weight_map")
    files = places.values() if isinstance(places, dict) else ()
    names = {name for each in files for name in (each if isinstance(each, list) else [each])}
    for name in names:
        if not isinstance(name, str) or Path(name).name != name or "\\" in name:
            raise BadFileError(f"The index names {name!r}, which is no file beside it.", "links")
    if not names:
        raise BadFileError("It is JSON, but no index of weights: it has no 'weight_map'.", "kind")
    return sorted(names)


@contextlib.contextmanager
def open_shards(filepath: Any, limits: Limits) -> Iterator[Group]:
    """Give all files of an index as one group.

    Parameters
    ----------
    filepath : path
        Of the index.
    limits : Limits
        Those of arrays hold for each file, and for 8 times its size at least.

    Raises
    ------
    BadFileError
        If the index or a file breaks a rule, or a file is not there, or of another writing.
    """
    index = Path(os.fspath(filepath))
    said = read_json(index.read_text(encoding="utf-8"), limits, index.name)
    metadata = said.get("metadata")
    mark = metadata.get(MARK) if isinstance(metadata, dict) else None
    roots: list[Group] = []
    with contextlib.ExitStack() as stack:
        for name in _names(said):
            path = index.with_name(name)
            if not path.is_file():
                raise BadFileError(f"{name!r}, which the index names, is not there.", "damaged")
            own = replace(limits, total=max(limits.total, 8 * path.stat().st_size))
            roots.append(stack.enter_context(open_hdf5(str(path), own)))
            if roots[-1].attribute(MARK) != mark:
                raise BadFileError(
                    f"{name!r} was not written with this index: the save after, or before, was "
                    "not finished. Save the weights again.",
                    "damaged",
                )
            for _ in roots[-1].walk():  # raises where a group holds itself
                pass
        yield _Joined(roots)


class _Joined(Group):
    """Groups of several files at one path, seen as one."""

    def __init__(self, groups: list[Group]) -> None:
        super().__init__(None, groups[0].path, groups[0]._opened)
        self._groups = groups

    def names(self) -> list[str]:
        return list(dict.fromkeys(name for group in self._groups for name in group.names()))

    def _child(self, name: str) -> Group | Dataset | None:
        children = [c for g in self._groups if (c := g._child(name)) is not None]
        groups = [child for child in children if isinstance(child, Group)]
        if groups and len(groups) == len(children):
            return _Joined(groups)
        if len(children) > 1:
            raise BadFileError(f"{name!r} of {self.path!r} lies in several files.", "damaged")
        return children[0] if children else None

    def walk(self) -> Iterator[Group | Dataset]:
        for name in self.names():
            child = self._child(name)
            if child is not None:
                yield child
            if isinstance(child, Group):
                yield from child.walk()

    def attribute(self, name: str) -> Any:
        said = (group.attribute(name) for group in self._groups)
        return next((value for value in said if value is not None), None)
