"""Readable names for the values of a program."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Mapping

import numpy as np

from cornu_engine.graph import Node
from cornu_engine.sourcetext import identifier

_TAKEN = frozenset({*dir(builtins), *keyword.kwlist, "np"})
_OBVIOUS = frozenset({"slot", "item", "parameter", "input", "variable", "constant"})


class Names:
    """Gives every value a name of its own: the layer it came from and what was done there.

    Examples
    --------
    >>> names = Names()
    >>> names.new("dense_1 matmul"), names.new("dense_1 matmul"), names.new("∇dense_1 mul")
    ('dense_1_matmul', 'dense_1_matmul_2', 'd_dense_1_mul')
    """

    def __init__(
        self, taken: frozenset[str] = frozenset(), labels: Mapping[Node, str] | None = None
    ) -> None:
        self._labels = labels or {}
        self._used: dict[str, int] = dict.fromkeys(_TAKEN | taken, 1)

    def new(self, hint: str) -> str:
        """Return an unused identifier that resembles `hint`."""
        base = identifier(hint)
        count = self._used.get(base, 0) + 1
        self._used[base] = count
        if count == 1:
            return base
        return (
            self.new(f"{base}_{count}")
            if f"{base}_{count}" in self._used
            else self._claim(f"{base}_{count}")
        )

    def _claim(self, name: str) -> str:
        self._used[name] = 1
        return name

    def of(self, node: Node) -> str:
        """Return a new name for a value: of the input or weight it is, else of what was done."""
        if node in self._labels:
            return self.new(" ".join(self._labels[node].split("/")[-2:]))
        if node.op == "item":
            source = node.inputs[0]
            return self.new(f"{last_part(source.scope)} {source.op} {node.attrs['index']}")
        if node.op == "constant":
            return self.new(_constant_hint(node.attrs["value"]))
        return self.new(f"{last_part(node.scope)} {node.op}")


def last_part(scope: str) -> str:
    """Return the last layer of a path, with the mark of the backward pass.

    Examples
    --------
    >>> last_part("∇model/block/dense"), last_part("")
    ('∇dense', '')
    """
    mark = "∇" if scope.startswith("∇") else ""
    name = scope.removeprefix("∇").rsplit("/", 1)[-1]
    return f"{mark}{name}" if name else mark


def _constant_hint(value: np.ndarray) -> str:
    if value.size != 1:
        return "table " + "x".join(map(str, value.shape))
    text = str(value.reshape(())[()]).replace("-", "minus_").replace(".", "_").replace("+", "")
    return f"c_{text}"
