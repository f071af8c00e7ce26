"""Estimates of the work of one operation, for listings."""

from __future__ import annotations

from collections.abc import Callable

from cornu.engine.graph import Node
from cornu.engine.primitives import PRIMITIVES
from cornu.engine.shapes import product


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


def _scan(node: Node) -> int:
    from cornu.engine.graph import toposort

    body = node.attrs["body"]
    return node.attrs["length"] * sum(flops(n) for n in toposort([*body.next_state, *body.ys]))


_TABLE: dict[str, Callable[[Node], int]] = {
    "matmul": _matmul,
    "convolution": _convolution,
    "convolution_input_grad": _convolution_input_grad,
    "convolution_kernel_grad": _convolution_kernel_grad,
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
