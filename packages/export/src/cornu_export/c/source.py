"""What a C file holds besides its functions: memory, weights, and the helpers it needs."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import numpy as np

from cornu_engine.graph import Node
from cornu_engine.sourcetext import comment
from cornu_export.c.types import c_type, literal

_WIDTH = 100
_LIBRARY = re.compile(
    r"\b(?:INFINITY|NAN|(?:fabs|exp|expm1|log|log1p|sqrt|sin|cos|tan|asin|acos|atan|sinh|cosh"
    r"|asinh|acosh|atanh|erf|floor|ceil|rint|pow|atan2|fmod|tanh|copysign)f?)\b"
)


class Source:
    """The parts of a file that functions refer to.

    Parameters
    ----------
    prefix : str
        That all names of the file begin with.
    file_weights : bool
        Whether float32 weights stand in a file of their own.
    labels : dict of Node to str
        What people call the constants.

    Attributes
    ----------
    ram, flash : int
        Bytes.
    """

    def __init__(self, prefix: str, file_weights: bool, labels: dict[Node, str]) -> None:
        self.prefix, self.file_weights, self.labels = prefix, file_weights, labels
        self.constants: dict[Node, tuple[str, np.ndarray]] = {}
        self.places: dict[Node, int] = {}  # in the file of weights
        self.weights: list[np.ndarray] = []
        self._arrays: dict[str, tuple[np.dtype, int]] = {}
        self._why: dict[str, str] = {}  # there are arrays
        self._initial: dict[str, np.ndarray] = {}
        self._helpers: dict[tuple[str, str], None] = {}
        self._count = 0

    def number(self) -> int:
        """Return a number that nothing else has."""
        self._count += 1
        return self._count

    # ---- memory

    def array(self, name: str, dtype: np.dtype, size: int, why: str) -> str:
        """Return the name of memory that holds at least `size` numbers."""
        full = f"{self.prefix}_{name}_{c_type(dtype).short}"
        _, known = self._arrays.get(full, (dtype, 0))
        self._arrays[full], self._why[full] = (dtype, max(known, size)), why
        return full

    def state(self, number: int, value: np.ndarray, why: str) -> str:
        """Return the name of memory that keeps its numbers from call to call."""
        name = self.array(f"state{number}", value.dtype, value.size, why)
        self._initial[name] = value
        return name

    @property
    def ram(self) -> int:
        """Bytes of static memory."""
        return sum(dtype.itemsize * size for dtype, size in self._arrays.values())

    @property
    def flash(self) -> int:
        """Bytes of constants in the file, those of a file of weights included."""
        inline = sum(value.nbytes for _, value in self.constants.values())
        return inline + sum(a.nbytes for a in (*self.weights, *self._initial.values()))

    def constant(self, node: Node, value: np.ndarray) -> tuple[str, int]:
        """Return the array and the place in it that a fixed value has."""
        if self.file_weights and value.dtype == np.float32 and value.size > 1:
            if node not in self.places:
                self.places[node] = sum(w.size for w in self.weights)
                self.weights.append(np.ascontiguousarray(value))
            return f"{self.prefix}_weights", self.places[node]
        if node not in self.constants:
            short = c_type(value.dtype, node.scope).short
            name = f"{self.prefix}_w{len(self.constants)}_{short}"
            self.constants[node] = (name, np.ascontiguousarray(value))
        return self.constants[node][0], 0

    # ---- helpers

    def helper(self, name: str, dtype: np.dtype) -> str:
        """Return the name of a function of `helpers.c` for a kind of numbers."""
        self._helpers[name, dtype.name] = None
        return f"{self.prefix}_{name}_{c_type(dtype).short}"

    def _needed(self) -> list[tuple[str, str]]:
        found: dict[tuple[str, str], None] = {}
        for wanted in self._helpers:
            for each in _with_needs(wanted):
                found[each] = None
        return list(found)

    # ---- text

    def includes(self, text: str) -> list[str]:
        """Return the headers that the file needs."""
        lines = ["#include <stddef.h>", "#include <stdint.h>"]
        return [*(["#include <math.h>"] if _LIBRARY.search(text) else []), *lines]

    def helpers(self) -> Iterator[str]:
        """Yield the text of all helpers, those that others need first."""
        for name, dtype in self._needed():
            kind = c_type(np.dtype(dtype))
            text = library()[name][1].replace("MODEL", self.prefix)
            text = text.replace("TYPE", kind.name).replace("SHORT", kind.short)
            text = text.replace("UNSIGNED", kind.unsigned)
            yield text.replace("FUNC", "f" if kind.short == "f32" else "")

    def declarations(self) -> Iterator[str]:
        """Yield the lines of all constants and arrays."""
        if self.weights:
            yield "/* From the file of weights. */"
            yield f"static const float *{self.prefix}_weights = NULL;"
        for node, (name, value) in self.constants.items():
            label = self.labels.get(node) or node.scope or "constant"
            yield f"/* {comment(label)} {value.shape} */"
            yield from _values(f"static const {c_type(value.dtype).name} {name}", value)
        for name, (dtype, size) in self._arrays.items():
            yield f"/* {comment(self._why[name])} */"
            kind = c_type(dtype).name
            if name in self._initial:
                value = self._initial[name]
                yield from _values(f"static const {kind} {name}_first", value)
                yield from _values(f"static {kind} {name}", value)
            else:
                yield f"static {kind} {name}[{max(size, 1)}];"

    def reset(self) -> list[str]:
        """Return the lines that give all state its first value."""
        lines = []
        for name, value in self._initial.items():
            lines.append(f"    for (int32_t i = 0; i < {value.size}; ++i) {{")
            lines.append(f"        {name}[i] = {name}_first[i];")
            lines.append("    }")
        return lines

    @property
    def has_state(self) -> bool:
        """Whether anything is kept from call to call."""
        return bool(self._initial)


def _values(start: str, value: np.ndarray) -> Iterator[str]:
    numbers = value.reshape(-1) if value.size else np.zeros(1, value.dtype)  # C has no empty array
    yield f"{start}[{numbers.size}] = {{"
    line = "   "
    for number in numbers:
        word = f" {literal(number, value.dtype)},"
        if len(line) + len(word) > _WIDTH:
            yield line
            line = "   "
        line += word
    yield line
    yield "};"


def _with_needs(wanted: tuple[str, str]) -> Iterator[tuple[str, str]]:
    name, dtype = wanted
    for need in library()[name][0]:
        yield from _with_needs((need, dtype))
    yield wanted


@functools.cache
def library() -> dict[str, Any]:
    """Return what each helper needs, and its text."""
    text = files("cornu_export.c").joinpath("helpers.c").read_text("utf-8")
    found: dict[str, Any] = {}
    for part in text.split("/* ---- ")[1:]:
        head, _, body = part.partition(" ---- */\n")
        name, _, needs = head.partition(": ")
        found[name] = (needs.split(), body.strip())
    return found
