"""Every public name has a page in the reference: one without needs a row of `website.names`."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any

import cornu
from tests.coverage.data import read
from tests.coverage.symbols import MISSING, ours, resolve
from website import names


def public_names() -> Iterator[tuple[str, Any]]:
    """Yield the names that `cornu` and its modules promise, found by walking, not by a table."""
    todo, seen = [("cornu", cornu)], set()
    while todo:
        path, module = todo.pop()
        if id(module) in seen:
            continue
        seen.add(id(module))
        promised = set(getattr(module, "__all__", ()))
        for name in sorted(promised | set(dir(module) if module is cornu else ())):
            found = getattr(module, name)
            if isinstance(found, types.ModuleType):
                todo.append((f"{path}.{name}", found))
            elif callable(found) and name in promised:
                yield f"{path}.{name}", found


def test_every_public_name_has_a_page():
    found = dict(public_names())
    without = [name for name, target in found.items() if id(target) not in names.entries()]
    assert len(found) > 1200
    assert without == []


def test_what_keras_documents_has_a_page():
    """What is in Keras' recorded API, and here, has a page under that name."""
    without, count = [], 0
    for row in read("symbols.jsonl"):
        target = resolve(ours(row["symbol"]))
        owner = row["symbol"].split(".")[-2]
        if row["kind"] not in ("class", "function") or target is MISSING or owner[0].isupper():
            continue
        count += 1
        if id(target) not in names.entries():
            without.append(row["symbol"])
    assert count > 900
    assert without == []
