"""Functions that exported files hold: what the kernels of the NumPy backend do.

Each computes in the order of the kernel, so that the bits are the same. They use nothing but NumPy
and one another, and are copied as they stand here.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Iterator
from importlib.resources import files

__all__ = ["helper_names", "texts_of"]

_FILES = ("values", "windows", "convolutions")


def helper_names() -> set[str]:
    """Return what all of them are called."""
    return set(_helpers())


def texts_of(names: Iterable[str]) -> Iterator[str]:
    """Yield the text of each helper among some names, and of those that it needs."""
    wanted: set[str] = set()
    stack = [*names]
    while stack:
        one = stack.pop()
        if one in _helpers() and one not in wanted:
            wanted.add(one)
            stack.extend(_helpers()[one][1])
    for name, (text, _) in _helpers().items():
        if name in wanted:
            yield text


@functools.cache
def _helpers() -> dict[str, tuple[str, frozenset[str]]]:
    """Return the text of each helper and the names that it mentions, in the order of the files."""
    helpers = {}
    for file in _FILES:
        source = files(__name__).joinpath(f"{file}.py").read_text("utf-8")
        for node in ast.parse(source).body:
            if isinstance(node, (ast.FunctionDef, ast.Assign)):
                name = node.name if isinstance(node, ast.FunctionDef) else _target(node)
                names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
                helpers[name] = (ast.get_source_segment(source, node) or "", frozenset(names))
    helpers.pop("Array")  # which each exported file has
    return helpers


def _target(node: ast.Assign) -> str:
    return ast.unparse(node.targets[0])
