"""Where numbers stopped being finite: a step done again, operation by operation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cornu_engine.errors import NumericsError
from cornu_engine.graph import Node, toposort
from cornu_engine.program import Program
from cornu_engine.reference import evaluate
from cornu_engine.shapes import product
from cornu_engine.variable import Arena, Variable

__all__ = ["CheckedStep", "Origin", "Snapshot", "find_origin", "numerics_error", "replay"]

_LEAVES = ("input", "variable", "parameter")
_BACKWARD = "∇"  # begins the scope of nodes that differentiation made


@dataclass(frozen=True)
class Origin:
    """The first operation whose result is not finite although its operands are.

    Attributes
    ----------
    operation : str
        "input" or "variable" where the number was there before the step.
    layer : str
        Path of the layer, or the name of the input or variable; "" outside of layers.
    shape : tuple of int
    value : str
        "NaN" or "infinity".
    backward : bool
        Whether it belongs to a gradient.

    Examples
    --------
    >>> print(Origin("log", "net/dense", (32, 1), "infinity"))
    log in 'net/dense' made infinity, shape (32, 1)
    """

    operation: str
    layer: str
    shape: tuple[int, ...]
    value: str
    backward: bool = False

    @property
    def is_given(self) -> bool:
        """Whether the number was there before the step."""
        return self.operation in _LEAVES

    def __str__(self) -> str:
        if self.operation == "input":
            return f"the input {self.layer!r} holds {self.value}, shape {self.shape}"
        if self.is_given:
            return f"the weight {self.layer!r} held {self.value} before, shape {self.shape}"
        relation = "in the gradient of" if self.backward else "in"
        where = f" {relation} {self.layer!r}" if self.layer else ""
        return f"{self.operation}{where} made {self.value}, shape {self.shape}"


def find_origin(roots: Iterable[Node], values: Mapping[Node, Any]) -> Origin | None:
    """Return where the numbers of `roots` that are not finite come from, None if all are finite.

    Infinities that lead nowhere, such as those behind a mask, are passed over.

    Parameters
    ----------
    roots : iterable of Node
        Results of a step.
    values : mapping of Node to array
        The value of every node.
    """
    reached: dict[Node, None] = {}
    stack = [node for node in roots if node in values and not _is_finite(values[node])]
    first: list[Node] = []
    while stack:
        node = stack.pop()
        if node in reached:
            continue
        reached[node] = None
        behind = [
            n
            for n in node.inputs
            if n.op != "constant" and n in values and not _is_finite(values[n])
        ]
        stack += behind
        if not behind:
            first.append(node)
    if not first:
        return None
    order = {node: place for place, node in enumerate(toposort(first))}
    return _origin(min(first, key=lambda n: (n.scope.startswith(_BACKWARD), order[n])), values)


def replay(
    program: Program, inputs: Sequence[Any], state: Mapping[Variable, np.ndarray]
) -> Origin | None:
    """Do a step again by the definitions, and return where its numbers stopped being finite.

    Parameters
    ----------
    program : Program
    inputs : sequence of array
        The batch.
    state : mapping of Variable to array
        What variables held before the step; others are read as they are.

    Examples
    --------
    >>> from cornu import ops
    >>> from cornu_engine.program import build_program
    >>> from cornu_engine.trace import Trace
    >>> with Trace("train") as trace:
    ...     x = trace.input("x", (2,), "float32")
    ...     loss = ops.sum(ops.log(x) * 2.0)
    >>> print(replay(build_program("train", trace, [loss]), [np.float32([1, 0])], {}))
    log made infinity, shape (2,)
    """
    values: dict[Node, Any] = dict(zip(program.inputs, map(np.asarray, inputs), strict=True))
    values.update({leaf: state.get(v, v.array) for v, leaf in program.state.items()})
    evaluate(program.roots, values)
    origin = find_origin(program.roots, values)
    for variable, leaf in program.state.items():
        if (
            origin is not None
            and isinstance(variable, Arena)
            and leaf.attrs["name"] == origin.layer
        ):
            return _in_arena(origin, variable, values[leaf])
    return origin


def _in_arena(origin: Origin, arena: Arena, flat: np.ndarray) -> Origin:
    """Return which of the weights that lie side by side it is."""
    for path, start, shape in arena.pieces:
        if not _is_finite(flat[start : start + product(shape)]):
            return replace(origin, layer=path, shape=shape)
    return origin


class Snapshot:
    """What a step began with: the state it reads and the batch.

    Parameters
    ----------
    program : Program
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.state: dict[Variable, np.ndarray] = {}
        self.inputs: list[np.ndarray] = []

    def take(self) -> None:
        """Copy the state, into the same memory as before."""
        for variable in self.program.state:
            kept = self.state.get(variable)
            if kept is None:
                self.state[variable] = variable.numpy()
            else:
                np.copyto(kept, variable.array)

    def restore(self) -> None:
        """Write the state back."""
        for variable, value in self.state.items():
            variable.assign(value)

    def origin(self) -> Origin | None:
        """Return where the step's numbers stopped being finite."""
        return replay(self.program, self.inputs, self.state)


class CheckedStep:
    """A bound step that raises as soon as a result is not finite, and leaves the state as it was.

    Parameters
    ----------
    bound : BoundStep
    """

    def __init__(self, bound: Any) -> None:
        self.step = bound.step
        self.buffers = bound.buffers
        self.fed = bound.fed
        self.check = bound.check
        self._run = bound.run
        self._snapshot = Snapshot(bound.step.compiled.program)

    def run(self) -> list[np.ndarray]:
        """Run the step.

        Raises
        ------
        NumericsError
            Naming the first operation and its layer.
        """
        snapshot = self._snapshot
        snapshot.take()
        outputs = self._run()
        program = snapshot.program
        if all(map(_is_finite, outputs)) and all(_is_finite(v.array) for v in program.updates):
            return outputs
        snapshot.inputs = [buffer.copy() for buffer in self.buffers]
        origin = snapshot.origin()
        snapshot.restore()
        raise numerics_error(program.name, origin)


def numerics_error(mode: str, origin: Origin | None) -> NumericsError:
    """Return the exception for a step that is undone."""
    return NumericsError(
        f"A {mode} step made numbers that are not finite: {origin}. Weights are as they were "
        "before it."
    )


def _is_finite(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_finite, value))
    value = np.asarray(value)
    return value.dtype.kind not in "fc" or bool(np.isfinite(value).all())


def _origin(node: Node, values: Mapping[Node, Any]) -> Origin:
    value = values[node]
    parts = value if isinstance(value, tuple) else (value,)
    bad = next(np.asarray(part) for part in parts if not _is_finite(part))
    backward = node.scope.startswith(_BACKWARD)
    label = node.attrs["name"] if node.op in _LEAVES else node.scope.lstrip(_BACKWARD)
    kind = "NaN" if np.isnan(bad).any() else "infinity"
    return Origin(node.op, label, bad.shape, kind, backward)
