"""From a description to a program for certain sizes of the free axes.

A file brings descriptions, so nothing in them is believed: each operation is checked by the row of
its primitive or the signature of its composite before it is made, and counted against a budget.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

import cornu_ops.composites.all  # noqa: F401  completes the table of composites
from cornu_engine.budget import UNBOUNDED, Budget, Ledger
from cornu_engine.composite import COMPOSITES, item
from cornu_engine.errors import BadFileError
from cornu_engine.graph import Node, constant, leaf, make_node
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.primitives.table import p
from cornu_engine.program import Program, build_program
from cornu_engine.scan import Body
from cornu_engine.trace import Trace
from cornu_engine.variable import Variable
from cornu_export.describe import InputSpec, free_axes
from cornu_export.said import distinct, dtype, fields, items, number, numbers, refuse, truth
from cornu_export.sizes import size

DEPTH = 4  # loops within loops
_WRONG = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def revive(
    graph: Mapping[str, Any],
    inputs: Sequence[InputSpec],
    sizes: Sequence[int],
    arrays: Callable[[str], Node],
    variables: Sequence[Variable],
    budget: Budget,
) -> Program:
    """Return the program that a description leads to.

    Parameters
    ----------
    graph : dict
        As in `Description`.
    inputs : sequence of InputSpec
    sizes : sequence of int
        Of the free axes.
    arrays : callable
        From the name of an array to the node that holds it.
    variables : sequence of Variable
    budget : Budget

    Raises
    ------
    BadFileError
        If the graph is none that this Cornu could have written, or takes more than the budget.
    """
    fields(graph, "The program", ("nodes", "outputs", "updates"))
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
        made = Revival(sizes, arrays, trace, values, variables, budget).graph(graph["nodes"])
        for update in items(graph["updates"], "The updates"):
            _assign(trace, items(update, "An update", 2), variables, made)
        outputs = _single(made, numbers(graph["outputs"], "An output", len(made)))
        return build_program("serve", trace, outputs)


def _assign(
    trace: Trace, update: Sequence[Any], variables: Sequence[Variable], made: Sequence[Any]
) -> None:
    variable = variables[number(update[0], "An updated variable", len(variables))]
    (value,) = _single(made, [number(update[1], "The value of an update", len(made))])
    if variable in trace.updates:
        refuse(f"{variable.path!r} is updated twice.")
    if (value.shape, value.dtype) != (variable.shape, variable.dtype):
        refuse(f"{variable.path!r} cannot be left as {value!r}.")
    trace.assign(variable, value)


def _single(made: Sequence[Any], places: Sequence[int]) -> list[Node]:
    values = [made[i] for i in places]
    if any(isinstance(value, tuple) for value in values):
        refuse("Several values stand where one is expected.")
    return values


class Revival:
    """Makes the nodes of a description, for certain sizes of the free axes."""

    def __init__(
        self,
        sizes: Sequence[int],
        arrays: Callable[[str], Node],
        trace: Trace,
        inputs: list[Node],
        variables: Sequence[Variable],
        budget: Budget = UNBOUNDED,
    ) -> None:
        self.sizes, self.arrays, self.trace = sizes, arrays, trace
        self.inputs, self.variables = inputs, variables
        self.ledger, self._depth = Ledger(budget), 0
        for value in inputs:
            self.ledger.add(value)

    def graph(self, rows: Any) -> list[Any]:
        """Return one value per row; of an operation with several results, a tuple."""
        made: list[Any] = []
        for row in items(rows, "The nodes"):
            said = fields(row, "An instruction", ("op",), _ROW)
            try:
                made.append(self._value_of(said, made))
            except BadFileError as error:
                if error.rule == "size":
                    raise
                refuse(f"Instruction {len(made)}, {_called(said)}: {error.args[0]}")
            except _WRONG as error:
                text = str(error) or type(error).__name__
                refuse(f"Instruction {len(made)}, {_called(said)}: {text.removesuffix('.')}.")
        return made

    def loop(self, rows: Any) -> list[Any]:
        """Return one value per row of the body of a loop."""
        if self._depth == DEPTH:
            refuse(f"loops stand more than {DEPTH} deep in each other.")
        self._depth += 1
        try:
            return self.graph(rows)
        finally:
            self._depth -= 1

    def _value_of(self, row: Mapping[str, Any], made: list[Any]) -> Any:
        op = row["op"]
        if op in ("input", "variable"):
            if self._depth:
                refuse("it cannot stand in a loop.")
            fields(row, "It", ("op", op), ("layer",))
            if op == "input":
                return self.inputs[number(row[op], "It", len(self.inputs))]
            return self.trace.read(self.variables[number(row[op], "It", len(self.variables))])
        if op == "constant":
            return self._constant({k: v for k, v in row.items() if k not in ("op", "layer")})
        if op == "parameter":
            if not self._depth:
                refuse("it stands in no loop.")
            fields(row, "It", ("op", "shape", "dtype"), ("layer",))
            kind = dtype(row["dtype"], "Its dtype")
            return self._counted(leaf(op, self._shape(row["shape"]), kind))
        fields(row, "It", ("op",), ("layer", "of", "with"))
        operands = [made[i] for i in numbers(row.get("of", []), "An operand", len(made))]
        said = row.get("with", {})
        if not isinstance(said, dict):
            refuse("its attributes are no object.")
        return self._operation(op, operands, {key: self._value(v) for key, v in said.items()})

    def _operation(self, op: Any, operands: list[Any], attrs: dict[str, Any]) -> Any:
        if op == "item":
            if len(operands) != 1 or not isinstance(operands[0], tuple):
                refuse("it is of one operation that has several results.")
            fields(attrs, "It", ("index",))
            return operands[0][number(attrs["index"], "Its index", len(operands[0]))]
        if not isinstance(op, str) or not (op in PRIMITIVES or op in COMPOSITES):
            refuse("there is no such operation here: it is of a later version.")
        if op in COMPOSITES:
            definition = COMPOSITES[op]
            if not definition.is_portable:
                refuse("a file cannot hold it.")
            definition.check(operands, attrs)
            made = definition(*operands, **attrs)
            for node in made if isinstance(made, tuple) else (made,):
                self.ledger.add(node)
            return made
        row = PRIMITIVES[op]
        if not (row.is_portable and row.signature.is_complete):
            refuse("a file cannot hold it.")
        row.check(operands, attrs)
        node = self._counted(make_node(op, operands, attrs, *row.infer(*operands, **attrs)))
        return tuple(item(node, i) for i in range(len(node.shape))) if node.is_tuple else node

    def _counted(self, node: Node) -> Node:
        self.ledger.add(node)
        return node

    def _constant(self, row: Mapping[str, Any]) -> Node:
        if "array" in row:
            fields(row, "It", ("array",), ("shape",))
            array = self._counted(self.arrays(row["array"]))
            return self._filled(array, row["shape"]) if "shape" in row else array
        if "number" in row:
            fields(row, "It", ("number", "inverse", "dtype", "shape"))
            return self._filled(self._size_as_number(row), row["shape"])
        if "count" in row:
            fields(row, "It", ("count", "dtype", "shape"))
            counting = self._iota(size(row["count"], self.sizes), dtype(row["dtype"], "Its dtype"))
            return self._counted(p.reshape(counting, shape=self._shape(row["shape"])))
        fields(row, "It", ("triangle", "dtype", "shape"))
        sides = [size(n, self.sizes) for n in items(row["triangle"], "Its triangle", 2)]
        rows, columns = (self._iota(n, np.dtype("int32")) for n in sides)
        lower = p.le(columns, p.reshape(rows, shape=(*rows.shape, 1)))
        self.ledger.add(lower)
        wanted = dtype(row["dtype"], "Its dtype")
        constant = lower if wanted.kind == "b" else p.cast(lower, dtype=wanted)
        return self._counted(p.reshape(constant, shape=self._shape(row["shape"])))

    def _size_as_number(self, row: Mapping[str, Any]) -> Node:
        number = size(row["number"], self.sizes)
        with np.errstate(divide="ignore", over="ignore"):
            value = np.divide(1, number) if truth(row["inverse"], "inverse") else number
            return constant(np.asarray(value).astype(dtype(row["dtype"], "Its dtype")))

    def _filled(self, value: Node, shape: Any) -> Node:
        return self._counted(p.expand(value, shape=self._shape(shape)))

    def _iota(self, count: int, dtype: np.dtype) -> Node:
        attrs = {"size": count, "dtype": dtype}
        PRIMITIVES["iota"].check((), attrs)
        return self._counted(make_node("iota", (), attrs, *PRIMITIVES["iota"].infer(**attrs)))

    def _shape(self, said: Any) -> tuple[int, ...]:
        shape = tuple(size(n, self.sizes) for n in items(said, "Its shape"))
        return tuple(number(n, "A size") for n in shape)

    def _value(self, value: Any) -> Any:
        if isinstance(value, list):
            return tuple(self._value(v) for v in value)
        if not isinstance(value, dict):
            return value
        if "size" in value:
            return size(value, self.sizes)
        if "float" in value:
            return _float(fields(value, "A number", ("float",))["float"])
        if "dtype" in value:
            return dtype(fields(value, "A dtype", ("dtype",))["dtype"], "A dtype")
        return self._body(fields(value, "An attribute", ("body",))["body"])

    def _body(self, described: Any) -> Body:
        fields(described, "A loop", ("nodes", "parameters", "results", "counts"))
        made = self.loop(described["nodes"])
        known = distinct(described["parameters"], "A parameter", len(made))
        parameters = _single(made, known)
        standing = [i for i, row in enumerate(described["nodes"]) if row["op"] == "parameter"]
        if sorted(known) != standing:
            refuse("the parameters of the loop are not those that stand in it.")
        results = _single(made, numbers(described["results"], "A result", len(made)))
        consts, state, xs = (
            number(n, "A count") for n in items(described["counts"], "The counts", 3)
        )
        if consts + state + xs != len(parameters) or state > len(results):
            refuse("the loop has other counts than parameters and results.")
        split = consts + state
        return Body(
            tuple(parameters[:consts]),
            tuple(parameters[consts:split]),
            tuple(parameters[split:]),
            tuple(results[:state]),
            tuple(results[state:]),
        )


_FORMS = "input variable array shape dtype number inverse count triangle".split()
_ROW = frozenset(("layer", "of", "with", *_FORMS))


def _called(row: Mapping[str, Any]) -> str:
    op = row["op"]
    return op[:40] if isinstance(op, str) and op.isidentifier() else "of no name"


def _float(text: Any) -> float:
    if not isinstance(text, str) or len(text) > 64:
        refuse("a number is not said as one.")
    number = float.fromhex(text)
    return math.nan if math.isnan(number) else number
