"""Reverse-mode differentiation, graph to graph: derivatives of any order, on every backend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu_engine.again import Twins, backward
from cornu_engine.composite import COMPOSITES
from cornu_engine.dtypes import is_float
from cornu_engine.graph import Node, constant, scope, toposort
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.primitives.table import p
from cornu_engine.trace import as_node, current_trace


def gradients(
    outputs: Sequence[Node],
    inputs: Sequence[Node],
    seeds: Sequence[Node] | None = None,
    partial: bool = False,
) -> list[Node]:
    """Return the gradient of the sum of `outputs` with respect to each of `inputs`.

    Parameters
    ----------
    outputs : sequence of Node
    inputs : sequence of Node
        Any nodes that outputs are computed from; zeros come back for those they do not depend on.
    seeds : sequence of Node, optional
        Gradient that arrives at each output; ones by default.
    partial : bool
        Treat `inputs` as independent even where one is computed from another.

    Examples
    --------
    >>> from cornu_engine.trace import Trace
    >>> from cornu_engine.reference import evaluate
    >>> with Trace() as trace:
    ...     x = trace.input("x", (2,))
    ...     (slope,) = gradients([p.sum(x * x, axes=(0,), keepdims=False)], [x])
    >>> evaluate([slope], {x: np.float32([1, 3])})[0]
    array([2., 6.], dtype=float32)
    """
    slopes = arriving(outputs, inputs, seeds, partial)
    return [zeros_like(x) if g is None else g for x, g in zip(inputs, slopes, strict=True)]


def arriving(
    outputs: Sequence[Node],
    inputs: Sequence[Node],
    seeds: Sequence[Node] | None = None,
    partial: bool = False,
) -> list[Node | None]:
    """Return what `gradients` does, but None where no gradient arrives."""
    order = toposort(outputs)
    path, sources = _between(order, inputs), set(inputs)
    trace = current_trace()
    twins = Twins(order, () if trace is None or partial else trace.regions)
    arrived: dict[Node, Any] = {}
    for i, output in enumerate(outputs):
        seed = ones_like(output) if seeds is None else seeds[i]
        _arrive(arrived, output, seed)
    for node in reversed(path):
        g = arrived.get(node)
        if g is None or not node.inputs or (partial and node in sources):
            continue
        with scope(backward(node.scope)):
            _send_back(arrived, node, twins.of(node), g, path)
    return [arrived.get(x) for x in inputs]


def _between(order: list[Node], inputs: Sequence[Node]) -> dict[Node, None]:
    """Return the nodes through which inputs reach outputs, operands first."""
    reached = set(inputs)
    for node in order:
        if any(i in reached for i in node.inputs):
            reached.add(node)
    return {node: None for node in order if node in reached}


def _send_back(
    arrived: dict[Node, Any], node: Node, twin: Node, g: Any, path: dict[Node, None]
) -> None:
    if node.op == "item":
        parent = node.inputs[0]
        if parent in path:
            parts = arrived.setdefault(parent, [None] * len(parent.shape))
            index = node.attrs["index"]
            parts[index] = g if parts[index] is None else parts[index] + g
        return
    for operand, back in zip(node.inputs, _vjp(twin, g), strict=True):
        if (
            back is not None
            and operand in path
            and not operand.is_tuple
            and is_float(operand.dtype)
        ):
            _arrive(arrived, operand, unbroadcast(as_node(back, operand.dtype), operand))


def _arrive(arrived: dict[Node, Any], node: Node, g: Node) -> None:
    arrived[node] = arrived[node] + g if node in arrived else g


def _vjp(node: Node, g: Any) -> tuple[Any, ...]:
    out: Any = node
    if node.is_tuple:
        from cornu_engine.composite import item

        out = tuple(item(node, i) for i in range(len(node.shape)))
        g = tuple(zeros_like(o) if part is None else part for o, part in zip(out, g, strict=True))
    if node.op in PRIMITIVES:
        rule = PRIMITIVES[node.op].vjp
        return rule(g, out, *node.inputs, **node.attrs) if rule else (None,) * len(node.inputs)
    composite = COMPOSITES[node.op]
    if composite.derivative is not None:
        return composite.derivative(g, out, *node.inputs, **node.attrs)
    expansion = composite.expand(node.inputs, node.attrs)
    many = isinstance(expansion, tuple)
    pairs = [
        (value, seed)
        for value, seed in zip(
            expansion if many else (expansion,), g if many else (g,), strict=True
        )
        if is_float(value.dtype)
    ]
    return tuple(gradients([v for v, _ in pairs], node.inputs, [s for _, s in pairs], partial=True))


def unbroadcast(g: Node, x: Node) -> Node:
    """Sum a gradient over the axes along which `x` was broadcast."""
    if g.dtype != x.dtype:
        g = p.cast(g, dtype=x.dtype)
    if g.shape == x.shape:
        return g
    if len(g.shape) < len(x.shape) or any(
        n not in (1, m) for n, m in zip(x.shape[::-1], g.shape[::-1], strict=False)
    ):
        return p.expand(g, shape=x.shape)  # a gradient smaller than its value stands for equal ones
    extra = g.ndim - x.ndim
    axes = tuple(range(extra)) + tuple(
        i + extra for i, n in enumerate(x.shape) if n == 1 and g.shape[i + extra] != 1
    )
    return p.reshape(p.sum(g, axes=axes, keepdims=False), shape=x.shape)


def ones_like(x: Node) -> Node:
    """Return ones of the shape of `x`."""
    return p.expand(constant(np.ones((), x.dtype)), shape=x.shape)


def zeros_like(x: Node) -> Node:
    """Return zeros of the shape of `x`."""
    return p.expand(constant(np.zeros((), x.dtype)), shape=x.shape)
