"""From traces of a function to a description of its program in JSON's terms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cornu_engine import tree
from cornu_engine.composite import COMPOSITES
from cornu_engine.errors import SavingError
from cornu_engine.graph import Node
from cornu_engine.program import Program, build_program
from cornu_engine.rewrite import expand_composites
from cornu_engine.scan import Body
from cornu_engine.trace import Trace
from cornu_engine.variable import Variable
from cornu_export.patterns import spelled_out
from cornu_export.sizes import formula, probes

Nodes = tuple[Node, ...]  # one value, as each trace knows it


@dataclass(frozen=True)
class InputSpec:
    """An input: its name, its shape with None where the size is free, its dtype."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str


@dataclass
class Description:
    """A program whose free sizes are open.

    Attributes
    ----------
    inputs : list of InputSpec
    graph : dict
        In JSON's terms: `nodes`, `outputs`, `updates`.
    structure : structure of int
        The outputs as the function returned them, by number.
    arrays : dict of str to ndarray
        Constants.
    variables : list of Variable
    """

    inputs: list[InputSpec]
    graph: dict[str, Any] = field(default_factory=dict)
    structure: Any = None
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    variables: list[Variable] = field(default_factory=list)


def free_axes(inputs: Sequence[InputSpec]) -> dict[tuple[int, int], int]:
    """Return the number of each free axis, by input and axis; the batch of all inputs is one.

    Examples
    --------
    >>> free_axes([InputSpec("x", (None, None, 3), "float32"), InputSpec("y", (None,), "int32")])
    {(0, 0): 0, (0, 1): 1, (1, 0): 0}
    """
    numbers: dict[tuple[int, int], int] = {}
    count = 1
    for i, spec in enumerate(inputs):
        for axis, length in enumerate(spec.shape):
            if length is None:
                numbers[i, axis] = 0 if axis == 0 else count
                count += axis != 0
    return numbers


def describe(
    function: Callable[..., Any],
    inputs: Sequence[InputSpec],
    keep: Callable[[str], bool] = lambda name: True,
) -> Description:
    """Trace a function of arrays for several sizes and describe what all traces have in common.

    Parameters
    ----------
    function : callable
        Gets one traced value per input; returns a structure of values.
    inputs : sequence of InputSpec
    keep : callable
        Which of core's composites stay whole, by name; those of plugins never do.

    Raises
    ------
    SavingError
        If the function computes differently for different sizes.
    """
    result = Description(list(inputs))
    free = free_axes(inputs)
    points: list[tuple[int, ...]] = probes(max(free.values()) + 1) if free else [()]
    kept = [name for name, each in COMPOSITES.items() if each.is_portable]
    whole = {name for name in kept if keep(name)}
    traced = [_trace(function, inputs, free, point, whole, result) for point in points]
    _Description(result, points, [program for program, _ in traced]).write(
        [roots for _, roots in traced]
    )
    return result


class _NamedTrace(Trace):
    """Reads each weight as itself, not as a part of an optimizer's arena."""

    def read(self, variable: Variable) -> Node:
        arena, variable.arena = variable.arena, None
        try:
            return super().read(variable)
        finally:
            variable.arena = arena

    def _assign_piece(self, arena: Any, variable: Variable, node: Node) -> None:
        self.updates[variable] = node


def _trace(
    function: Callable[..., Any],
    inputs: Sequence[InputSpec],
    free: dict[tuple[int, int], int],
    point: tuple[int, ...],
    whole: set[str],
    result: Description,
) -> tuple[Program, list[Node]]:
    shapes = [
        tuple(point[free[i, a]] if n is None else n for a, n in enumerate(spec.shape))
        for i, spec in enumerate(inputs)
    ]
    program, outputs = traced(function, inputs, shapes)
    result.structure = outputs
    with Trace("serve"):
        return program, expand_composites(program.roots, whole, {})


def traced(
    function: Callable[..., Any], inputs: Sequence[InputSpec], shapes: Sequence[tuple[int, ...]]
) -> tuple[Program, Any]:
    """Return the program of a function for inputs of some shapes, and its outputs by number."""
    with _NamedTrace("serve") as trace:
        values = [
            trace.input(spec.name, shape, spec.dtype)
            for spec, shape in zip(inputs, shapes, strict=True)
        ]
        outputs = function(*values)
    leaves = tree.flatten(outputs)
    structure = tree.pack_sequence_as(outputs, list(range(len(leaves))))
    return build_program("serve", trace, leaves), structure


class _Description:
    """Walks through all traces at once."""

    def __init__(
        self, result: Description, points: list[tuple[int, ...]], programs: list[Program]
    ) -> None:
        self.result, self.points, self.programs = result, points, programs

    def write(self, roots: list[list[Node]]) -> None:
        leaves: dict[Nodes, dict[str, Any]] = {}
        for i, nodes in enumerate(zip(*(p.inputs for p in self.programs), strict=True)):
            leaves[nodes] = {"op": "input", "input": i}
        states = [p.state for p in self.programs]
        for i, variable in enumerate(states[0]):
            self.result.variables.append(variable)
            leaves[tuple(s[variable] for s in states)] = {"op": "variable", "variable": i}
        graph = self._graph(leaves, list(zip(*roots, strict=True)))
        found = graph.pop("roots")
        count = len(self.programs[0].outputs)
        places = {v: i for i, v in enumerate(self.result.variables)}
        updates = zip(self.programs[0].updates, found[count:], strict=True)
        self.result.graph = {
            **graph,
            "outputs": found[:count],
            "updates": [[places[variable], place] for variable, place in updates],
        }

    def _graph(self, leaves: dict[Nodes, dict[str, Any]], roots: list[Nodes]) -> dict[str, Any]:
        """Number all values that the roots need, operands first."""
        rows: list[dict[str, Any]] = []
        known: dict[Nodes, int] = {}
        spellings: dict[Nodes, Nodes] = {}
        stack = list(reversed(roots))
        while stack:
            nodes = stack[-1]
            if nodes in known:
                stack.pop()
                continue
            if nodes not in spellings:
                spellings[nodes] = spelled_out(nodes)
            spelled = spellings[nodes]
            if spelled is not nodes:
                if spelled in known:
                    known[nodes] = known[spelled]
                else:
                    stack.append(spelled)
                continue
            if nodes in leaves:
                row = leaves[nodes]
            else:
                operands = self._operands(nodes)
                waiting = [o for o in operands if o not in known]
                if waiting:
                    stack.extend(reversed(waiting))
                    continue
                row = self._row(nodes, [known[o] for o in operands])
            known[nodes] = len(rows)
            rows.append(row)
            stack.pop()
        return {"nodes": rows, "roots": [known[nodes] for nodes in roots]}

    def _operands(self, nodes: Nodes) -> list[Nodes]:
        first = nodes[0]
        if any(n.op != first.op or len(n.inputs) != len(first.inputs) for n in nodes):
            raise SavingError(
                f"The model computes differently for different sizes of a free axis, in "
                f"{first.scope or 'its call'!r} ({first.op}). Describe that axis with a size, as "
                "in Input((100, 3))."
            )
        return list(zip(*(n.inputs for n in nodes), strict=True))

    def _row(self, nodes: Nodes, operands: list[int]) -> dict[str, Any]:
        first = nodes[0]
        row: dict[str, Any] = {"op": first.op}
        if first.scope:
            row["layer"] = first.scope
        if operands:
            row["of"] = operands
        if first.op == "constant":
            return {**row, **self._constant([n.attrs["value"] for n in nodes], first.scope)}
        attrs = {name: self._common([n.attrs[name] for n in nodes]) for name in first.attrs}
        return {**row, "with": attrs} if attrs else row

    def _constant(self, values: list[np.ndarray], layer: str) -> dict[str, Any]:
        first = values[0]
        if all(v.shape == first.shape and v.tobytes() == first.tobytes() for v in values):
            name = str(len(self.result.arrays))
            self.result.arrays[name] = first
            return {"array": name}
        shape = self._common([v.shape for v in values])
        for write in (self._filled, self._filled_by_size, self._counting, self._triangle):
            row = write(values)
            if row is not None:
                return {**row, "shape": shape}
        raise SavingError(
            f"{layer or 'The model'!r} holds an array whose numbers depend on the size of a free "
            "axis. Compute it with cornu.ops in call(), or describe the axis with a size, as in "
            "Input((100, 3))."
        )

    def _filled(self, values: list[np.ndarray]) -> dict[str, Any] | None:
        """One number everywhere, the same in all traces; of what is empty, 0."""
        number = values[0].reshape(-1)[:1] if values[0].size else np.zeros(1, values[0].dtype)
        if any((v != number).any() for v in values):
            return None
        name = str(len(self.result.arrays))
        self.result.arrays[name] = number.reshape(())
        return {"array": name}

    def _filled_by_size(self, values: list[np.ndarray]) -> dict[str, Any] | None:
        """One number everywhere: a size, or one divided by it (of a mean)."""
        if not all(v.size and (v == v.flat[0]).all() for v in values):
            return None
        numbers = [v.flat[0] for v in values]
        dtype = values[0].dtype
        for inverse in (False, True):
            with np.errstate(all="ignore"):
                sizes = [np.rint(1 / n if inverse else n) for n in numbers]
                exact = [dtype.type(1 / s if inverse else s) for s in sizes]
            if all(np.isfinite(s) for s in sizes) and exact == numbers:
                number = formula([int(s) for s in sizes], self.points)
                return {"number": number, "inverse": inverse, "dtype": dtype.name}
        return None

    def _counting(self, values: list[np.ndarray]) -> dict[str, Any] | None:
        """0, 1, 2, … in order."""
        if any(v.size < 2 or v.dtype.kind not in "iuf" for v in values):
            return None
        if any((v.reshape(-1) != np.arange(v.size)).any() for v in values):
            return None
        return {"count": self._common([v.size for v in values]), "dtype": values[0].dtype.name}

    def _triangle(self, values: list[np.ndarray]) -> dict[str, Any] | None:
        """1 up to the diagonal of the last two axes, 0 beyond: a causal mask."""
        if any(v.ndim < 2 or v.size != v.shape[-2] * v.shape[-1] for v in values):
            return None
        if any((v.reshape(v.shape[-2:]) != np.tri(*v.shape[-2:])).any() for v in values):
            return None
        sizes = self._common([v.shape[-2:] for v in values])
        return {"triangle": sizes, "dtype": values[0].dtype.name}

    def _common(self, values: list[Any]) -> Any:
        first = values[0]
        if isinstance(first, Body):
            return self._body(values)
        if isinstance(first, bool) or first is None or isinstance(first, str):
            if any(v != first for v in values):
                raise SavingError("The model computes differently for different sizes of an axis.")
            return first
        if isinstance(first, (int, np.integer)):
            return formula([int(v) for v in values], self.points)
        if isinstance(first, (float, np.floating)):
            return {"float": float(first).hex()}
        if isinstance(first, (np.dtype, type)):
            return {"dtype": np.dtype(first).name}
        if isinstance(first, (tuple, list)):
            if any(len(v) != len(first) for v in values):
                raise SavingError("The model computes differently for different sizes of an axis.")
            return [self._common(list(each)) for each in zip(*values, strict=True)]
        raise SavingError(f"A program holds {first!r}, which a file cannot say.")

    def _body(self, bodies: list[Body]) -> dict[str, Any]:
        parameters = list(zip(*(b.parameters for b in bodies), strict=True))
        leaves = {
            nodes: {
                "op": "parameter",
                "shape": self._common([n.shape for n in nodes]),
                "dtype": nodes[0].dtype.name,
            }
            for nodes in parameters
        }
        results = list(zip(*((*b.next_state, *b.ys) for b in bodies), strict=True))
        graph = self._graph(leaves, [*parameters, *results])
        roots = graph.pop("roots")
        first = bodies[0]
        return {
            "body": {
                **graph,
                "parameters": roots[: len(parameters)],
                "results": roots[len(parameters) :],
                "counts": [len(first.consts), len(first.state), len(first.xs)],
            }
        }


def of_count(names: Sequence[str], count: int) -> list[str]:
    """Return one name for each of `count` outputs."""
    if len(names) == count and len(set(names)) == count:
        return list(names)
    return [f"output_{i}" for i in range(count)]
