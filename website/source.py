"""Where a public object is written: its file, its first line, and the lines themselves."""

from __future__ import annotations

import ast
import functools
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Source:
    """A piece of a file of this repository."""

    path: str
    line: int
    text: str


def source(target: Any) -> Source | None:
    """Find the text of a class or function, or the assignment that made it."""
    home = sys.modules.get(getattr(target, "__module__", None) or "")
    file = getattr(home, "__file__", None)
    if file is None or not Path(file).is_relative_to(ROOT):
        return None
    node = _statements(file).get(target.__name__)
    if node is None:  # made by a function elsewhere, under a name that it was given
        return Source(Path(file).relative_to(ROOT).as_posix(), 1, "")
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    lines = Path(file).read_text(encoding="utf-8").splitlines()[first - 1 : node.end_lineno]
    return Source(Path(file).relative_to(ROOT).as_posix(), first, "\n".join(lines))


@functools.cache
def _statements(file: str) -> dict[str, ast.stmt]:
    found: dict[str, ast.stmt] = {}
    for node in ast.parse(Path(file).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = (n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name))
            found.update(dict.fromkeys(names, node))
    return found
