"""From a description to a program for certain sizes of the free axes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cornu.engine.composite import COMPOSITES, item
from cornu.engine.graph import Node, constant, leaf, make_node
from cornu.engine.primitives import PRIMITIVES
from cornu.engine.primitives.table import p
from cornu.engine.program import Program, build_program
from cornu.engine.scan import Body
from cornu.engine.trace import Trace
from cornu.engine.variable import Variable
from cornu.errors import BadFileError
from cornu.export.describe import InputSpec, free_axes
from cornu.export.sizes import size


def revive(
    graph: Mapping[str, Any],
    inputs: Sequence[InputSpec],
    sizes: Sequence[int],
    arrays: Mapping[str, np.ndarray],
    variables: Sequence[Variable],
) -> Program:
    """Return the program that a description leads to.

    Parameters
    ----------
    graph : dict
        As in `Description`.
    inputs : sequence of InputSpec
    sizes : sequence of int
        Of the free axes.
    arrays : dict of str to ndarray
    variables : sequence of Variable

    Raises
    ------
    BadFileError
        If the graph names what does not exist.
    """
    free = free_axes(inputs)
    with Trace("serve") as trace:
        values = [
            trace.input(
                spec.name,
                tuple(sizes[free[i, a]] if n is None else n for a, n in enumerate(spec.shape)),
                spec.dtype,
            )
            for i, spec in enumerate(inputs)
        ]
        made = Revival(sizes, arrays, trace, values, variables).graph(graph["nodes"])
        for place, value in graph["updates"]:
            trace.assign(variables[place], made[value])
    return build_program("serve", trace, [made[i] for i in graph["outputs"]])


class Revival:
    """Makes the nodes of a description, for certain sizes of the free axes."""

    def __init__(
        self,
        sizes: Sequence[int],
        arrays: Mapping[str, np.ndarray],
        trace: Trace,
        inputs: list[Node],
        variables: Sequence[Variable],
    ) -> None:
        self.sizes, self.arrays, self.trace = sizes, arrays, trace
        self.inputs, self.variables = inputs, variables

    def graph(self, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Return one value per row; of an operation with several results, a tuple."""
        made: list[Any] = []
        for row in rows:
            if any(not 0 <= i < len(made) for i in row.get("of", ())):
                raise BadFileError("A value of the program comes before what it needs.", "config")
            made.append(self._node(row, [made[i] for i in row.get("of", ())]))
        return made

    def _node(self, row: Mapping[str, Any], operands: list[Any]) -> Any:
        op = row["op"]
        if op == "input":
            return self.inputs[row["input"]]
        if op == "variable":
            return self.trace.read(self.variables[row["variable"]])
        if op == "constant":
            return self._constant(row)
        if op == "parameter":
            return leaf("parameter", self._value(row["shape"]), np.dtype(row["dtype"]))
        attrs = {name: self._value(value) for name, value in row.get("with", {}).items()}
        if op == "item":
            return operands[0][attrs["index"]]
        if op in COMPOSITES:
            return COMPOSITES[op](*operands, **attrs)
        if op not in PRIMITIVES:
            raise BadFileError(f"There is no operation {op!r} here: it is of a later version.")
        shape, dtype = PRIMITIVES[op].infer(*operands, **attrs)
        node = make_node(op, operands, attrs, shape, dtype)
        return tuple(item(node, i) for i in range(len(shape))) if node.is_tuple else node

    def _constant(self, row: Mapping[str, Any]) -> Node:
        if "array" in row and "shape" not in row:
            return constant(self.arrays[row["array"]])
        shape = self._value(row["shape"])
        if "array" in row:
            return p.expand(constant(self.arrays[row["array"]]), shape=shape)
        dtype = np.dtype(row["dtype"])
        if "number" in row:
            number = size(row["number"], self.sizes)
            with np.errstate(divide="ignore"):
                value = np.divide(1, number) if row["inverse"] else number
            return p.expand(constant(np.array(value, dtype)), shape=shape)
        if "count" in row:
            return p.reshape(_iota(size(row["count"], self.sizes), dtype), shape=shape)
        rows, columns = (_iota(n, np.dtype("int32")) for n in self._value(row["triangle"]))
        lower = p.le(columns, p.reshape(rows, shape=(*rows.shape, 1)))
        return p.reshape(lower if dtype.kind == "b" else p.cast(lower, dtype=dtype), shape=shape)

    def _value(self, value: Any) -> Any:
        if isinstance(value, list):
            return tuple(self._value(v) for v in value)
        if not isinstance(value, dict):
            return value
        if "size" in value:
            return size(value, self.sizes)
        if "float" in value:
            found = float.fromhex(value["float"])
            return math.nan if math.isnan(found) else found
        if "dtype" in value:
            return np.dtype(value["dtype"])
        return self._body(value["body"])

    def _body(self, described: Mapping[str, Any]) -> Body:
        made = self.graph(described["nodes"])
        parameters = [made[i] for i in described["parameters"]]
        results = [made[i] for i in described["results"]]
        consts, state, _ = described["counts"]
        split = consts + state
        return Body(
            tuple(parameters[:consts]),
            tuple(parameters[consts:split]),
            tuple(parameters[split:]),
            tuple(results[:state]),
            tuple(results[state:]),
        )


def _iota(count: int, dtype: np.dtype) -> Node:
    attrs = {"size": count, "dtype": dtype}
    return make_node("iota", (), attrs, *PRIMITIVES["iota"].infer(**attrs))
