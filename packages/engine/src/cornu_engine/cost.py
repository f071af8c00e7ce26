"""Estimates of the work of one operation, for listings and budgets."""

from __future__ import annotations

import math
from collections.abc import Callable

from cornu_engine.graph import Node, toposort
from cornu_engine.primitives import PRIMITIVES
from cornu_engine.shapes import product


def _matmul(node: Node) -> int:
    return 2 * node.size * node.inputs[0].shape[-1]


def _convolution(node: Node) -> int:
    kernel = node.inputs[1]
    return 2 * node.size * product(kernel.shape[:-1])


def _convolution_input_grad(node: Node) -> int:
    g, kernel = node.inputs
    return 2 * g.size * product(kernel.shape[:-1])


def _convolution_kernel_grad(node: Node) -> int:
    g = node.inputs[1]
    return 2 * g.size * product(node.shape[:-1])


def _pool(node: Node) -> int:
    return node.size * product(node.attrs["size"])


def _unpool(node: Node) -> int:
    return node.inputs[0].size * product(node.attrs["size"])


def _depthwise(node: Node) -> int:
    return 2 * node.size * product(node.inputs[1].shape[:-1])


def _scan(node: Node) -> int:
    return _all_steps(node, flops)


def _all_steps(node: Node, cost: Callable[[Node], int]) -> int:
    body = node.attrs["body"]
    return node.attrs["length"] * sum(cost(n) for n in toposort([*body.next_state, *body.ys]))


_TABLE: dict[str, Callable[[Node], int]] = {
    "matmul": _matmul,
    "convolution": _convolution,
    "convolution_input_grad": _convolution_input_grad,
    "convolution_kernel_grad": _convolution_kernel_grad,
    "max_pool": _pool,
    "max_pool_winners": _pool,
    "avg_pool": _pool,
    "max_unpool": _unpool,
    "avg_pool_grad": _unpool,
    "depthwise": _depthwise,
    "scan": _scan,
}


def flops(node: Node) -> int:
    """Return the floating-point operations of a node; a function of one element counts as one."""
    if node.op in _TABLE:
        return _TABLE[node.op](node)
    row = PRIMITIVES.get(node.op)
    if row is not None:
        if row.kind == "elementwise":
            return node.size
        return node.inputs[0].size if row.kind == "reduction" else 0
    return sum(i.size for i in node.inputs if not i.is_tuple)


CALL = 5_000  # numbers that could be added up while one call begins and ends


def work(node: Node) -> int:
    """Return what a node costs when it runs, counted in operations on single numbers.

    Besides the floating-point operations that is what moves, and what each call costs by itself:
    many small steps take long, too.

    Examples
    --------
    >>> from cornu_engine.graph import constant
    >>> from cornu_engine.primitives.table import p
    >>> work(p.neg(constant([1.0, 2.0]))), work(p.expand(constant(1.0), shape=(10, 1000)))
    (5000, 0)
    """
    row = PRIMITIVES.get(node.op)
    if row is not None and row.kind in ("leaf", "view"):
        return 0
    if node.op == "scan":
        return _all_steps(node, work) + CALL
    moved = sum(map(product, node.shape)) if node.is_tuple else node.size
    if node.op in ("sort", "argsort"):
        moved *= max(1, math.ceil(math.log2(max(2, node.shape[node.attrs["axis"]]))))
    return max(flops(node), moved, CALL * _calls(node))


def _calls(node: Node) -> int:
    """One for each element of a window that slides."""
    if node.op == "depthwise":
        return product(node.inputs[1].shape[:-1])
    return product(node.attrs.get("size", ()))
