"""What each operation does with rows: the leading axis of its result.

A *role* says along which axis each operand is cut into rows (None: it is needed whole), and whether
the result has rows too or is a sum over them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_engine.primitives import PRIMITIVES


@dataclass(frozen=True)
class Role:
    """How an instruction takes part in a loop over rows.

    Attributes
    ----------
    axes : tuple of int or None
        Per operand.
    sums : bool
        The result adds contributions of all rows up; else its own leading axis is cut.
    """

    axes: tuple[int | None, ...]
    sums: bool = False


Rule = Callable[[Instruction], Iterator[Role]]


def roles(instruction: Instruction) -> list[Role]:
    """Return the ways an instruction can be cut into rows, the best first."""
    rule = _RULES.get(instruction.op)
    if rule is None and is_elementwise(instruction):
        rule = _elementwise
    return list(rule(instruction)) if rule else []


def is_elementwise(instruction: Instruction) -> bool:
    """Tell whether each element of the result needs the same element of the operands only."""
    row = PRIMITIVES.get(instruction.op)
    return row is not None and row.kind == "elementwise"


def _elementwise(instruction: Instruction) -> Iterator[Role]:
    node = instruction.node
    if node.ndim and node.shape[0] > 1:
        yield Role(tuple(0 if _spans(o, node) else None for o in instruction.inputs))


def _spans(operand: Node, node: Node) -> bool:
    """Tell whether an operand has the rows of the result rather than one for all."""
    return operand.ndim == node.ndim and operand.shape[0] == node.shape[0]


def _first(count: int) -> Rule:
    """The first `count` operands have rows, the others are whole."""

    def rule(instruction: Instruction) -> Iterator[Role]:
        axes = tuple(0 if i < count else None for i in range(len(instruction.inputs)))
        yield Role(axes)

    return rule


def _sum_over(count: int) -> Rule:
    def rule(instruction: Instruction) -> Iterator[Role]:
        yield Role((0,) * count, sums=True)

    return rule


def _matmul(instruction: Instruction) -> Iterator[Role]:
    a, b = instruction.inputs
    node = instruction.node
    if node.ndim == a.ndim == b.ndim == 2:
        if a.op == "transpose":
            yield Role((1, 0), sums=True)
        yield Role((0, None))
        return
    if node.ndim > 2 and node.shape[0] > 1:
        yield Role(tuple(0 if _spans(o, node) else None for o in (a, b)))


def _reduction(instruction: Instruction) -> Iterator[Role]:
    axes = instruction.node.attrs["axes"]
    if 0 not in axes:
        yield Role((0,))
    elif instruction.op == "sum" and instruction.inputs[0].dtype.kind == "f":
        yield Role((0,), sums=True)


def _along_axis(instruction: Instruction) -> Iterator[Role]:
    if instruction.node.attrs["axis"] != 0:
        yield Role((0,) * len(instruction.inputs))


def _pad(instruction: Instruction) -> Iterator[Role]:
    attrs = instruction.node.attrs
    if instruction.node.ndim and attrs["low"][0] == attrs["high"][0] == attrs["interior"][0] == 0:
        yield Role((0,))


def _fold(instruction: Instruction) -> Iterator[Role]:
    if 0 not in instruction.node.attrs["axes"]:
        yield Role((0,))


def _gather(instruction: Instruction) -> Iterator[Role]:
    if instruction.node.attrs["axis"] == 0 and instruction.inputs[1].ndim:
        yield Role((None, 0))


def _scatter_add(instruction: Instruction) -> Iterator[Role]:
    """Each block looks for the positions that are its own."""
    if instruction.node.attrs["axis"] == 0:
        yield Role((None, None))


def _random_bits(instruction: Instruction) -> Iterator[Role]:
    if instruction.node.ndim:
        yield Role((None, None))


_RULES: dict[str, Rule] = {
    "matmul": _matmul,
    **dict.fromkeys(("sum", "max", "min", "prod"), _reduction),
    **dict.fromkeys(("concat", "argmax", "cumsum", "sort", "argsort"), _along_axis),
    "copy": _first(1),
    "reshape": _first(1),
    "pad": _pad,
    "fold": _fold,
    "gather": _gather,
    "random_bits": _random_bits,
    "scatter_add": _scatter_add,
    "sigmoid": _elementwise,
    "convolution": _first(1),
    "convolution_input_grad": _first(1),
    "convolution_kernel_grad": _sum_over(2),
    "max_pool": _first(1),
    "max_pool_winners": _first(1),
    "max_unpool": _first(2),
    "avg_pool": _first(1),
    "avg_pool_grad": _first(1),
}
