"""Elementwise operations: one NumPy function each, in place of the result."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cornu_backend_numpy.emit.frame import Frame
from cornu_backend_numpy.emit.names import last_part
from cornu_backend_numpy.settings import limits
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_engine.layout import contiguous_strides
from cornu_engine.rewrite import scalar_of

Emit = Callable[[Frame, Instruction], None]

# primitive: NumPy's function
FUNCTIONS = {
    "neg": "negative",
    "abs": "abs",
    "sign": "sign",
    "exp": "exp",
    "expm1": "expm1",
    "log": "log",
    "log1p": "log1p",
    "sqrt": "sqrt",
    "sin": "sin",
    "cos": "cos",
    "tan": "tan",
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "sinh": "sinh",
    "cosh": "cosh",
    "tanh": "tanh",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
    "floor": "floor",
    "ceil": "ceil",
    "round": "rint",
    "invert": "invert",
    "isfinite": "isfinite",
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "div": "divide",
    "pow": "power",
    "maximum": "maximum",
    "minimum": "minimum",
    "mod": "remainder",
    "floordiv": "floor_divide",
    "atan2": "arctan2",
    "and_": "bitwise_and",
    "or_": "bitwise_or",
    "xor": "bitwise_xor",
    "shift_left": "left_shift",
    "shift_right": "right_shift",
    "eq": "equal",
    "ne": "not_equal",
    "lt": "less",
    "le": "less_equal",
}
_WHOLE = frozenset({"floor", "ceil", "round"})  # leave integers as they are
# integers give integers; from the others NumPy makes floats
_CLOSED = frozenset(
    "neg abs sign add sub mul pow maximum minimum mod floordiv and_ or_ xor shift_left shift_right "
    "invert".split()
)
_SQUARES = frozenset({"mul"})


def comment(instruction: Instruction) -> str:
    """Return what a line of source says about itself: layer, operation, shape."""
    node = instruction.node
    shape = node.shape[0] if node.is_tuple else node.shape
    layer = f"{node.scope}: " if node.scope else ""
    return f"{layer}{instruction.op} {shape}"


def hint(instruction: Instruction) -> str:
    """Return a hint for names of what belongs to an instruction."""
    return f"{last_part(instruction.node.scope)} {instruction.op}"


def _function(frame: Frame, instruction: Instruction) -> None:
    if _wide(frame, instruction):
        return
    node = instruction.node
    kind = instruction.inputs[0].dtype.kind
    out = frame.operand(node)
    if instruction.op in _WHOLE and kind != "f":
        frame.line(
            f"np.copyto({out}, {frame.operand(instruction.inputs[0])})", comment(instruction)
        )
        return
    function = FUNCTIONS[instruction.op]
    operands = [frame.operand(i) for i in instruction.inputs]
    if instruction.op in _SQUARES and operands[0] == operands[1]:
        function, operands = "square", operands[:1]
    loose = kind != "f" and instruction.op not in _CLOSED and node.dtype != bool
    casting = ', casting="unsafe"' if loose else ""
    frame.line(f"np.{function}({', '.join(operands)}, out={out}{casting})", comment(instruction))


def _wide(frame: Frame, instruction: Instruction) -> bool:
    """Write an operation with one number per channel over long rows; tell if it was possible.

    NumPy runs along the last axis, and a few channels at a time are slow: the numbers are repeated
    side by side.
    """
    node = instruction.node
    width = node.shape[-1] if node.ndim > 1 else 0
    short = 0 < width <= limits.wide_row // 4
    if len(instruction.inputs) != 2 or not short or node.size < limits.wide:
        return False
    rows = (
        [i for i in instruction.inputs if i.size == i.shape[-1:][0] == width]
        if all(i.ndim for i in instruction.inputs)
        else []
    )
    if len(rows) != 1 or rows[0].op == "constant":
        return False
    (row,) = rows
    full = next(i for i in instruction.inputs if i is not row)
    times = frame.tiles_of(node, width, limits.wide_row)
    if (
        full.shape != node.shape
        or times < 2
        or not (_is_dense(frame, full) and _is_dense(frame, node))
    ):
        return False
    shape = f"{{}}.reshape(-1, {times * width})"
    tile = frame.tile(row, times)
    operands = [tile if i is row else frame.aspect(full, "wide", shape) for i in instruction.inputs]
    out = frame.aspect(node, "wide", shape)
    frame.line(
        f"np.{FUNCTIONS[instruction.op]}({', '.join(operands)}, out={out})", comment(instruction)
    )
    return True


def _is_dense(frame: Frame, node: Node) -> bool:
    return node not in frame.scattered and frame.plan.layouts.of(node)[1] == contiguous_strides(
        node.shape
    )


def _cast(frame: Frame, instruction: Instruction) -> None:
    (x,), out = instruction.inputs, frame.operand(instruction.node)
    frame.line(f'np.copyto({out}, {frame.operand(x)}, casting="unsafe")', comment(instruction))


def _special(frame: Frame, instruction: Instruction) -> None:
    (x,), out = instruction.inputs, frame.operand(instruction.node)
    frame.line(f"{instruction.op}({frame.operand(x)}, {out})", comment(instruction))


def _where(frame: Frame, instruction: Instruction) -> None:
    """Choose by multiplying bits with 0 or 1: many times faster than a masked copy, and exact."""
    condition, a, b = instruction.inputs
    node = instruction.node
    bits = np.dtype(f"i{node.dtype.itemsize}")
    chosen, out = frame.operand(condition), _bits(frame, node, bits)
    if _is_zero(b):
        frame.line(
            f"np.multiply({_bits(frame, a, bits)}, {chosen}, out={out})", comment(instruction)
        )
        return
    first, second = _bits(frame, a, bits), _bits(frame, b, bits)
    mixed = frame.temporary_like(node, bits, "mixed")
    if _is_zero(a):  # b where not c: what is left of b when b where c is taken away
        frame.line(f"np.multiply({second}, {chosen}, out={mixed})", comment(instruction))
    else:
        frame.line(f"np.bitwise_xor({first}, {second}, out={mixed})", comment(instruction))
        frame.line(f"np.multiply({mixed}, {chosen}, out={mixed})")
    frame.line(f"np.bitwise_xor({second}, {mixed}, out={out})")


def _is_zero(node: Node) -> bool:
    number = scalar_of(node)
    return number is not None and number == 0 and not np.signbit(np.float64(number))


def _bits(frame: Frame, node: Node, bits: np.dtype) -> str:
    if node.dtype == bits:
        return frame.operand(node)
    return frame.aspect(node, "bits", f"{{}}.view(np.{bits.name})")


ELEMENTWISE: dict[str, Emit] = {
    **dict.fromkeys(FUNCTIONS, _function),
    "cast": _cast,
    "where": _where,
    "erf": _special,
    "erfinv": _special,
}
