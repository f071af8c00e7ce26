"""An ONNX graph in the making."""

from __future__ import annotations

import itertools
from collections.abc import Sequence, Set
from typing import Any

import numpy as np


class Graph:
    """Nodes in order; those of a loop's body see the values of the graph around.

    Parameters
    ----------
    parent : Graph, optional
    sizes : dict of int to (str, int)
        For each free axis an input and an axis that has its size.
    taken : set of str
        The names of inputs and outputs, which nothing else may have.
    """

    def __init__(
        self,
        parent: Graph | None = None,
        sizes: dict[int, tuple[str, int]] | None = None,
        taken: Set[str] = frozenset(),
    ) -> None:
        self.root: Graph = self if parent is None else parent.root
        self.nodes: list[Any] = []
        if parent is None:
            self.initializers: list[Any] = []
            self._sizes = sizes or {}
            self._names = (f"v{i}" for i in itertools.count(1) if f"v{i}" not in taken)
            self._known: dict[Any, str] = {}

    def name(self) -> str:
        """Return a name that nothing else has."""
        return next(self.root._names)

    def op(self, kind: str, *inputs: str, outputs: int = 1, label: str = "", **attrs: Any) -> Any:
        """Add a node; return the name of its output, or the names."""
        from onnx import helper

        names = [self.name() for _ in range(outputs)]
        node_name = f"{label or kind}_{names[0]}"
        self.nodes.append(helper.make_node(kind, list(inputs), names, name=node_name, **attrs))
        return names[0] if outputs == 1 else names

    def constant(self, value: Any, dtype: Any = None) -> str:
        """Return the name of a fixed array."""
        from onnx import numpy_helper

        array = np.array(value, dtype)
        key = (array.dtype.str, array.shape, array.tobytes())
        root = self.root
        if key not in root._known:
            name = root._known[key] = root.name()
            root.initializers.append(numpy_helper.from_array(array, name))
        return root._known[key]

    def integers(self, numbers: Sequence[Any]) -> str:
        """Return the name of a list of whole numbers, which may be formulas of free sizes."""
        if all(isinstance(n, int) for n in numbers):
            return self.constant(list(numbers), np.int64)
        return self.root.op("Concat", *(self.root._integer(n) for n in numbers), axis=0)

    def _integer(self, number: Any) -> str:
        if isinstance(number, int):
            return self.constant([number], np.int64)
        terms = []
        for factor, axes in number["size"]:
            term = self.constant([factor], np.int64)
            for axis in axes:
                term = self.op("Mul", term, self._size(axis))
            terms.append(term)
        total = terms[0]
        for term in terms[1:]:
            total = self.op("Add", total, term)
        return total

    def _size(self, axis: int) -> str:
        if axis not in self._known:
            name, place = self._sizes[axis]
            self._known[axis] = self.op("Shape", name, start=place, end=place + 1)
        return self._known[axis]
