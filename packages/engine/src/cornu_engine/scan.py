"""`scan`: a loop inside a program, and the two moves that make every recurrent cell fast.

A scan carries state through the steps of stacked inputs. When one is made, work that does not
depend on the state is *hoisted* and done for all steps at once before the loop, and work that no
later step needs is *sunk* and done for all steps at once after it. The derivative of a scan is
again a scan, made in the same way: so the weight gradients of a recurrent layer, which the loop
would accumulate step by step, become one product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

import numpy as np

from cornu_engine.attributes import Count, Flag, Kind
from cornu_engine.composite import item
from cornu_engine.dtypes import is_float
from cornu_engine.gradients import gradients, unbroadcast, zeros_like
from cornu_engine.graph import Node, leaf, make_node, scope, toposort
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.primitives.table import p, register
from cornu_engine.reference import evaluate
from cornu_engine.rewrite import Rank, substitute
from cornu_engine.vectorize import vectorize

Nodes = tuple[Node, ...]
Step = Callable[[list[Any], list[Any]], tuple[Sequence[Any], Sequence[Any]]]
_STORED = frozenset(
    "exp expm1 log log1p sqrt sin cos tan tanh sinh cosh erf erfinv pow div".split()
)


@dataclass(frozen=True)
class Body:
    """One step: from constants, state and this step's inputs to the next state and outputs."""

    consts: Nodes
    state: Nodes
    xs: Nodes
    next_state: Nodes
    ys: Nodes

    @property
    def parameters(self) -> Nodes:
        """All parameters, in the order of the scan's operands."""
        return (*self.consts, *self.state, *self.xs)

    def __hash__(self) -> int:
        return hash(self._key())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Body) and self._key() == other._key()

    def _key(self) -> tuple[tuple[int, ...], ...]:
        return tuple(
            tuple(map(id, part))
            for part in (self.consts, self.state, self.xs, self.next_state, self.ys)
        )


def scan(
    step: Step, init: Sequence[Any], xs: Sequence[Any], length: int, reverse: bool = False
) -> tuple[list[Any], list[Any]]:
    """Trace `step` once and return the final state and the stacked outputs.

    Parameters
    ----------
    step : callable
        `step(state, xs)`: two lists of values in, (next state, outputs) out.
    init : sequence of Node
    xs : sequence of Node
        Each (length, …); the step sees one row.
    length : int
    reverse : bool
        Run from the last row to the first; outputs keep the order of the rows.

    Raises
    ------
    ValueError
        Where the next state has not the shape and dtype of the state.
    """
    state = [_parameter(s.shape, s.dtype) for s in init]
    rows = [_parameter(x.shape[1:], x.dtype) for x in xs]
    next_state, ys = step(list(state), list(rows))
    for i, (old, new) in enumerate(zip(state, next_state, strict=True)):
        if (old.shape, old.dtype) != (new.shape, new.dtype):
            raise ValueError(
                f"State {i} of the scan starts as {old.shape} {old.dtype} and comes back from a "
                "step as "
                f"{new.shape} {new.dtype}: each step must return state of the same shape and dtype."
            )
    return build_scan(
        state, rows, list(next_state), list(ys), list(init), list(xs), length, reverse
    )


def _parameter(shape: Sequence[int], dtype: Any) -> Node:
    return leaf("parameter", tuple(shape), dtype)


def build_scan(
    state: list[Node],
    rows: list[Node],
    next_state: list[Node],
    ys: list[Node],
    init: list[Node],
    xs: list[Node],
    length: int,
    reverse: bool,
) -> tuple[list[Node], list[Node]]:
    """Make the scan of a traced step, in normal form: hoisted and sunk."""
    on_state = _dependents([*next_state, *ys], state)
    on_rows = _dependents([*next_state, *ys], rows)
    stacked = dict(zip(rows, xs, strict=True))
    before = _hoist([*next_state, *ys], on_state, on_rows, stacked, length)
    looped = _needed(next_state, on_state)  # what the next step needs stays in the loop
    kept = _handed_out(ys, looped, before, on_state, state, length)
    operands, body = _body(state, next_state, kept, before, on_state | on_rows, init)
    attrs = {"body": body, "length": length, "reverse": reverse}
    shape, dtype = _scan_shape(*operands, body=body, length=length, reverse=reverse)
    node = make_node("scan", operands, attrs, shape, dtype)
    results = [item(node, i) for i in range(len(shape))]
    final, history = results[: len(state)], results[len(state) :]
    known = {**before, **dict(zip(kept, history, strict=False))}
    after = vectorize(ys, known, length)
    return final, [_every_step(y, length) if n is y else n for y, n in zip(ys, after, strict=True)]  # type: ignore[misc]


def _every_step(value: Node, length: int) -> Node:
    return p.expand(value, shape=(length, *value.shape))


def _dependents(roots: Iterable[Node], leaves: Iterable[Node]) -> set[Node]:
    dependents = set(leaves)
    for node in toposort(roots):
        if any(i in dependents for i in node.inputs):
            dependents.add(node)
    return dependents


def _needed(roots: Iterable[Node], inside: set[Node]) -> set[Node]:
    return {n for n in toposort(roots) if n in inside}


def _hoist(
    roots: list[Node],
    on_state: set[Node],
    on_rows: set[Node],
    stacked: dict[Node, Node],
    length: int,
) -> dict[Node, Node]:
    """Return the values that do not depend on the state, for all steps at once."""
    hoisted = dict(stacked)
    for node in toposort(roots):
        if node in on_rows and node not in on_state and node not in hoisted and not node.is_tuple:
            (value,) = vectorize([node], hoisted, length)
            if value is not None:
                hoisted[node] = value
    return hoisted


def _handed_out(
    ys: list[Node],
    looped: set[Node],
    before: dict[Node, Node],
    on_state: set[Node],
    state: list[Node],
    length: int,
) -> list[Node]:
    """Return which values the loop must hand out so that all `ys` follow from them after it.

    Besides the outputs themselves these are the values that the derivative reads; `prune_scans`
    drops those that nobody asks for.
    """
    kept: dict[Node, None] = {}
    stack = list(ys)
    while stack:
        node = stack.pop()
        if node in kept or node not in on_state:
            continue
        if node in looped or any(True for s in state if s is node) or not _sinks(node):
            kept[node] = None
        else:
            stack.extend(node.inputs)
    # operands of what stays in the loop for the sake of a kept value
    inner = _needed(kept, on_state) | looped
    for node in toposort([*looped, *kept]):
        if node in inner and node not in kept and not node.is_tuple and _is_residual(node):
            kept[node] = None
    for parameter in state:
        kept.setdefault(parameter, None)
    stand_ins = {n: _parameter((length, *n.shape), n.dtype) for n in kept}
    after = vectorize(ys, {**before, **stand_ins}, length)
    kept.update({y: None for y, stacked in zip(ys, after, strict=True) if stacked is None})
    return list(kept)


def _sinks(node: Node) -> bool:
    stand_ins = {i: _parameter((2, *i.shape), i.dtype) for i in node.inputs if not i.is_tuple}
    if len(stand_ins) != len(set(node.inputs)):
        return False
    return vectorize([node], stand_ins, 2)[0] is not None


def _is_residual(node: Node) -> bool:
    """Tell whether a derivative had better find this value than compute it again."""
    if not is_float(node.dtype):
        return False
    row = PRIMITIVES.get(node.op)
    if row is None:
        return True
    return (
        node.op in _STORED
        or (row.kind in ("other", "reduction") and node.op != "copy")
        or node.op == "item"
    )


def _body(
    state: list[Node],
    next_state: list[Node],
    ys: list[Node],
    before: dict[Node, Node],
    varying: set[Node],
    init: list[Node],
) -> tuple[list[Node], Body]:
    """Cut the step at what is constant or hoisted; those become parameters."""
    parameters: dict[Node, Node] = {s: s for s in state}
    consts: dict[Node, Node] = {}
    rows: dict[Node, Node] = {}
    stack = [*next_state, *ys]
    seen: set[Node] = set()
    while stack:
        node = stack.pop()
        if node in seen or node in parameters:
            continue
        seen.add(node)
        if node in before:
            rows[node] = parameters[node] = _parameter(node.shape, node.dtype)
        elif node not in varying and node.op != "constant" and not _is_fill(node):
            consts[node] = parameters[node] = _parameter(node.shape, node.dtype)
        else:
            stack.extend(node.inputs)
    new = substitute([*next_state, *ys], parameters)
    body = Body(
        tuple(consts.values()),
        tuple(state),
        tuple(rows.values()),
        tuple(new[: len(next_state)]),
        tuple(new[len(next_state) :]),
    )
    return [*consts, *init, *(before[r] for r in rows)], body


def _is_fill(node: Node) -> bool:
    return node.op == "expand" and node.inputs[0].op == "constant"


# ---- the primitive


def _split(operands: Sequence[Any], body: Body) -> tuple[list[Any], list[Any], list[Any]]:
    n, m = len(body.consts), len(body.consts) + len(body.state)
    return list(operands[:n]), list(operands[n:m]), list(operands[m:])


def _scan_shape(
    *operands: Node, body: BodyOfOperands, length: Count, reverse: Flag
) -> tuple[Any, Any]:
    expected = [
        *(q.shape for q in (*body.consts, *body.state)),
        *((length, *q.shape) for q in body.xs),
    ]
    for operand, shape, q in zip(operands, expected, body.parameters, strict=True):
        if (operand.shape, operand.dtype) != (shape, q.dtype):
            raise ValueError(f"A scan takes {shape} {q.dtype} here, not {operand!r}.")
    for old, new in zip(body.state, body.next_state, strict=True):
        if (old.shape, old.dtype) != (new.shape, new.dtype):
            raise ValueError(f"A scan's state is {old!r}, and becomes {new!r}.")
    shapes = [n.shape for n in body.next_state] + [(length, *y.shape) for y in body.ys]
    return tuple(shapes), tuple(n.dtype for n in (*body.next_state, *body.ys))


def _fits(body: Any, operands: Sequence[Node]) -> bool:
    return isinstance(body, Body) and len(body.parameters) == len(operands)


BodyOfOperands: TypeAlias = Annotated[Body, Kind("a body of as many parameters", _fits)]


def _evaluate(*operands: Any, body: Body, length: int, reverse: bool) -> tuple[Any, ...]:
    consts, state, xs = _split(operands, body)
    stacks = [np.empty((length, *y.shape), y.dtype) for y in body.ys]
    for t in range(length - 1, -1, -1) if reverse else range(length):
        rows = [x[t] for x in xs]
        values = dict(zip(body.parameters, [*consts, *state, *rows], strict=True))
        results = evaluate([*body.next_state, *body.ys], values)
        state = results[: len(state)]
        for stack, y in zip(stacks, results[len(state) :], strict=True):
            stack[t] = y
    return (*state, *stacks)


def _vjp(
    g: tuple[Node, ...],
    out: tuple[Node, ...],
    *operands: Node,
    body: Body,
    length: int,
    reverse: bool,
) -> tuple[Node, ...]:
    """The derivative: a scan in the other direction, over what the first one handed out."""
    consts, _, xs = _split(operands, body)
    count = len(body.state)
    g_final, g_ys = list(g[:count]), list(g[count:])
    floats = [i for i, s in enumerate(body.state) if is_float(s.dtype)]
    carried = [_parameter(body.state[i].shape, body.state[i].dtype) for i in floats]
    arriving = [
        (y, stack)
        for y, stack in zip(body.ys, g_ys, strict=True)
        if is_float(y.dtype) and not _is_zero(stack)
    ]
    rows_g = [_parameter(y.shape, y.dtype) for y, _ in arriving]
    outputs = [body.next_state[i] for i in floats] + [y for y, _ in arriving]
    wanted = list(body.parameters)
    backs = gradients(outputs, wanted, [*carried, *rows_g], partial=True)
    known = dict(zip(body.ys, out[count:], strict=True))
    known.update(zip(body.xs, xs, strict=True))
    fixed = dict(zip(body.consts, consts, strict=True))
    backs = substitute(backs, {**{n: n for n in [*carried, *rows_g, *known]}, **fixed})
    by_parameter = dict(zip(wanted, backs, strict=True))
    next_g = [by_parameter[body.state[i]] for i in floats]
    per_step = [by_parameter[q] for q in (*body.consts, *body.xs)]
    rows = [*rows_g, *known]
    stacks = [s for _, s in arriving] + list(known.values())
    final, ys = build_scan(
        carried, rows, next_g, per_step, [g_final[i] for i in floats], stacks, length, not reverse
    )
    to_state: list[Node] = [zeros_like(s) for s in body.state]
    for i, value in zip(floats, final, strict=True):
        to_state[i] = value
    summed = [p.sum(y, axes=(0,), keepdims=False) for y in ys[: len(body.consts)]]
    to_consts = [unbroadcast(s, c) for s, c in zip(summed, consts, strict=True)]
    return (*to_consts, *to_state, *ys[len(body.consts) :])


def _is_zero(node: Node) -> bool:
    return (
        node.op == "expand"
        and node.inputs[0].op == "constant"
        and not node.inputs[0].attrs["value"].any()
    )


register("scan", "other", _evaluate, _scan_shape, _vjp)


# ---- the pass


def prune_scans(roots: Sequence[Node], rank: Rank) -> list[Node]:
    """Drop the outputs of scans that nobody reads.

    Users come first: what they do without, the loops before them need not hand out.
    """
    roots, order = list(roots), toposort(roots)
    slim: dict[Node, _Slim] = {}
    wanted = set(roots)
    read: dict[Node, set[int]] = {}
    for node in reversed(order):
        if node not in wanted:
            continue
        operands: Sequence[Node] = node.inputs
        if node.op == "item":
            read.setdefault(node.inputs[0], set()).add(node.attrs["index"])
        elif node.op == "scan" and (found := _slimmed(node, read.get(node, set()))):
            slim[node], operands = found, found.operands
        wanted.update(operands)
    if not slim:
        return roots
    new: dict[Node, Node] = {}
    for node in order:
        if node in wanted:
            with scope(node.scope):
                new[node] = _without_unread(node, slim, new)
            rank.setdefault(new[node], rank.get(node, (node.serial,)))
    return [new[r] for r in roots]


@dataclass(frozen=True, eq=False)
class _Slim:
    """A scan without some of its outputs: the operands it needs, and where the others went."""

    body: Body
    operands: list[Node]
    places: dict[int, int]


def _slimmed(node: Node, read: set[int]) -> _Slim | None:
    body, count = node.attrs["body"], len(node.attrs["body"].state)
    kept = [i for i in range(len(body.ys)) if count + i in read]
    if len(kept) == len(body.ys):
        return None
    ys = tuple(body.ys[i] for i in kept)
    used = set(toposort([*body.next_state, *ys]))
    consts, init, xs = _split(node.inputs, body)
    pairs_c = [(q, v) for q, v in zip(body.consts, consts, strict=True) if q in used]
    pairs_x = [(q, v) for q, v in zip(body.xs, xs, strict=True) if q in used]
    slim = Body(
        tuple(q for q, _ in pairs_c), body.state, tuple(q for q, _ in pairs_x), body.next_state, ys
    )
    operands = [*(v for _, v in pairs_c), *init, *(v for _, v in pairs_x)]
    places = {i: i for i in range(count)} | {count + i: count + k for k, i in enumerate(kept)}
    return _Slim(slim, operands, places)


def _without_unread(node: Node, slim: dict[Node, _Slim], new: dict[Node, Node]) -> Node:
    slimmed = slim.get(node)
    if slimmed is not None:
        operands, attrs = [new[v] for v in slimmed.operands], {**node.attrs, "body": slimmed.body}
        return make_node("scan", operands, attrs, *_scan_shape(*operands, **attrs))
    if node.op == "item" and node.inputs[0] in slim:
        source = node.inputs[0]
        return item(new[source], slim[source].places[node.attrs["index"]])
    inputs = tuple(new[i] for i in node.inputs)
    same = all(a is b for a, b in zip(inputs, node.inputs, strict=True))
    return node if same else make_node(node.op, inputs, node.attrs, node.shape, node.dtype)
