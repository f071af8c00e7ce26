"""How lines of a Python file are broken where they are too long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

_WIDTH = 88


def inline(name: str, array: np.ndarray) -> Iterator[str]:
    """Yield the lines that make an array."""
    yield f"{name} = np.array("
    yield "    ["
    line = "       "
    for one in array.reshape(-1):
        value = float(str(one)) if array.dtype.kind == "f" else one.item()
        word = f" {_plain(value)},"
        if len(line) + len(word) > _WIDTH:
            yield line
            line = "       "
        line += word
    yield line
    yield "    ],"
    yield f"    np.{array.dtype},".replace("np.bool,", "np.bool_,")
    yield f").reshape({array.shape})"


def _plain(value: Any) -> str:
    if isinstance(value, float) and not np.isfinite(value):
        return "np.nan" if np.isnan(value) else "np.inf" if value > 0 else "-np.inf"
    return repr(value)


def wrapped(line: str) -> Iterator[str]:
    """Break a line that is too long after its first bracket, then between arguments."""
    end = _closing(line)
    if len(line) <= _WIDTH or not end or line.lstrip().startswith("#"):
        yield line
        return
    head, _, _ = line.partition("(")
    indent = " " * (len(line) - len(line.lstrip()))
    yield f"{head}("
    current = f"{indent}    "
    for part in _arguments(line[len(head) + 1 : end]):
        if len(current) + len(part) > _WIDTH and current.strip():
            yield current.rstrip()
            current = f"{indent}    "
        if len(current) + len(part) > _WIDTH and part.startswith("("):
            yield from wrapped(f"{current}{part},")
            current = f"{indent}    "
        else:
            current += f"{part}, "
    if current.strip():
        yield current.rstrip()
    yield f"{indent}{line[end:]}"


def _closing(line: str) -> int:
    """Return where the first bracket is closed, or 0."""
    depth = 0
    for i, c in enumerate(line):
        depth += (c == "(") - (c == ")")
        if c == ")" and not depth:
            return i
    return 0


def _arguments(text: str) -> Iterator[str]:
    """Split at the commas that stand in no bracket."""
    depth, start = 0, 0
    for i, c in enumerate(text):
        depth += (c in "([{") - (c in ")]}")
        if c == "," and not depth:
            yield text[start:i].strip()
            start = i + 1
    if text[start:].strip():
        yield text[start:].strip()
