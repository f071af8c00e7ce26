"""Programs of bfloat16 as programs of float32, rounded after each operation.

NumPy and the compilers of backends have no such numbers. `ml_dtypes` holds them in arrays, two
bytes each; a program computes in float32 and rounds what an operation makes to 8 significant bits,
the nearest with the last one even.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from cornu_engine.composite import COMPOSITES
from cornu_engine.dtypes import is_bfloat16
from cornu_engine.graph import Node, constant, leaf, make_node, scope, toposort
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.primitives.table import p
from cornu_engine.scan import Body
from cornu_engine.trace import Trace
from cornu_engine.variable import Storage, Variable

_SINGLE = np.dtype(np.float32)
# They hand on numbers, or change their sign: what was rounded is so still.
_EXACT = frozenset(
    "neg abs sign maximum minimum floor ceil where max min pad concat gather sort copy scan".split()
)


class Shadow(Variable):
    """The float32 numbers that programs keep of a variable in bfloat16; its home, as a device is.

    Parameters
    ----------
    variable : Variable
    """

    def __init__(self, variable: Variable) -> None:
        super().__init__(np.asarray(variable.array, _SINGLE), name=variable.name)
        self.path, self._of, self._memory = variable.path, variable, variable._storage
        variable.home = self
        Storage.homes += 1

    @property
    def deserted(self) -> bool:
        """Whether the variable has other memory now: programs of this one are stale."""
        moved = self._of.arena is not None or getattr(self._of, "deserted", False)
        return moved or self._of._storage is not self._memory

    def pull(self, variable: Variable) -> None:
        """Bring the variable up to date."""
        if not self.deserted:
            variable._storage[...] = self.array

    def push(self, variable: Variable) -> None:
        """Follow a write to the variable."""
        if not self.deserted:
            self.assign(np.asarray(variable._storage, _SINGLE))

    def release(self, variable: Variable) -> None:
        """Let the variable's own memory count again."""
        self.pull(variable)
        variable.home = None


def shadow_of(variable: Variable) -> Variable:
    """Return what a program keeps of a variable: itself, or its shadow."""
    if not is_bfloat16(variable.dtype):
        return variable
    known = variable.home
    return known if isinstance(known, Shadow) and not known.deserted else Shadow(variable)


def in_float32(
    trace: Trace, roots: Sequence[Node]
) -> tuple[list[Node], list[Node], dict[Variable, Node], list[Variable]]:
    """Return the roots of a trace, its inputs, its variables and those it updates, in float32."""
    updated = list(trace.updates)
    leaves = [*trace.inputs, *trace.variables.values()]
    if not any(map(_holds, toposort([*roots, *leaves]))):
        return list(roots), trace.inputs, trace.variables, updated
    new: dict[Node, Node] = {}
    _widen([*roots, *leaves], new)
    variables = {shadow_of(v): new[node] for v, node in trace.variables.items()}
    inputs = [new[node] for node in trace.inputs]
    return [new[r] for r in roots], inputs, variables, [shadow_of(v) for v in updated]


def rounded(x: Any) -> Any:
    """Return float32 numbers rounded to those that bfloat16 has (Veltkamp's splitting).

    Numbers above 1e33 are left as they are: a product here would overflow.

    Examples
    --------
    >>> rounded(np.float32([1.001, 1.01, 2.005]))
    array([1.       , 1.0078125, 2.       ], dtype=float32)
    """
    far = p.mul(x, 65537.0)
    return p.where(p.isfinite(far), p.sub(far, p.sub(far, x)), x)


def _widen(roots: Iterable[Node], new: dict[Node, Node]) -> None:
    for node in toposort(roots):
        if node in new:
            continue
        if (opened := _opened(node)) is not None:
            _widen([opened], new)
            new[node] = new[opened]
            continue
        inputs = [new[i] for i in node.inputs]
        same = all(a is b for a, b in zip(inputs, node.inputs, strict=True))
        if same and not _holds(node):
            new[node] = node
            continue
        with scope(node.scope):
            new[node] = _wide(node, inputs)


def _opened(node: Node) -> Node | None:
    """Return what a function of the user's makes of bfloat16, where a node stands for its call."""
    source = node.inputs[0] if node.op == "item" else node
    if source.op not in COMPOSITES or not any(map(callable, source.attrs.values())):
        return None
    made = COMPOSITES[source.op].expand(source.inputs, source.attrs)
    if node.op == "item":
        return made[node.attrs["index"]]
    return None if isinstance(made, tuple) else made


def _wide(node: Node, inputs: list[Node]) -> Node:
    attrs = {name: _wide_attribute(value) for name, value in node.attrs.items()}
    if node.op == "constant":
        return constant(attrs["value"])
    if node.op in ("input", "variable", "parameter"):
        return leaf(node.op, node.shape, _SINGLE, name=attrs.get("name", ""))
    dtype = tuple(map(_single, node.dtype)) if node.is_tuple else _single(node.dtype)
    if node.op == "cast" and inputs[0].dtype == dtype:
        made = inputs[0]
    else:
        made = make_node(node.op, inputs, attrs, node.shape, dtype)
    row = PRIMITIVES.get(node.op)
    exact = row is not None and (row.kind == "view" or node.op in _EXACT)
    if node.op == "item":
        exact = node.inputs[0].op == "scan"  # whose body rounds
    return made if node.is_tuple or exact or not is_bfloat16(node.dtype) else rounded(made)


def _wide_attribute(value: Any) -> Any:
    if isinstance(value, Body):
        new: dict[Node, Node] = {}
        parts = (value.consts, value.state, value.xs, value.next_state, value.ys)
        _widen([node for part in parts for node in part], new)
        return Body(*(tuple(new[node] for node in part) for part in parts))
    if isinstance(value, np.ndarray):
        return value.astype(_SINGLE) if is_bfloat16(value.dtype) else value
    return _single(value) if isinstance(value, np.dtype) else value


def _single(dtype: np.dtype) -> np.dtype:
    return _SINGLE if is_bfloat16(dtype) else dtype


def _holds(node: Node) -> bool:
    """Tell whether a node is in bfloat16, or something inside of it."""
    if node.op == "scan":
        body = node.attrs["body"]
        parts = [*body.parameters, *body.next_state, *body.ys]
        return any(map(_holds, toposort(parts)))
    return any(map(is_bfloat16, node.dtype if node.is_tuple else (node.dtype,)))


class Narrowed:
    """An executable whose results are bfloat16 where those of the traced function were."""

    def __init__(self, executable: Any, dtypes: Sequence[np.dtype]) -> None:
        self._executable, self._dtypes = executable, dtypes

    def __call__(self, *inputs: Any) -> list[np.ndarray]:
        """Run the program."""
        results = self._executable(*inputs)
        return [
            x.astype(d) if is_bfloat16(d) else x for x, d in zip(results, self._dtypes, strict=True)
        ]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "_executable":
            raise AttributeError(name)
        return getattr(self._executable, name)

    def __str__(self) -> str:
        return str(self._executable)


def narrowed(executable: Any, outputs: Sequence[Node]) -> Any:
    """Return what a backend made of a program with results of the dtypes of these nodes."""
    dtypes = [node.dtype for node in outputs]
    return Narrowed(executable, dtypes) if any(map(is_bfloat16, dtypes)) else executable
