"""Products of matrices and reductions."""

from __future__ import annotations

import numpy as np

from cornu_backend_numpy.emit.elementwise import Emit, comment
from cornu_backend_numpy.emit.frame import Frame
from cornu_backend_numpy.settings import limits
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction
from cornu_engine.layout import contiguous_strides

_BLAS = (np.dtype(np.float32), np.dtype(np.float64))
_REDUCERS = {"sum": "add", "max": "maximum", "min": "minimum", "prod": "multiply"}


def _matmul(frame: Frame, instruction: Instruction) -> None:
    a, b = instruction.inputs
    node = instruction.node
    work = node.size * a.shape[-1]
    dot = node.ndim == a.ndim == b.ndim == 2 and node.dtype in _BLAS and work < limits.matmul
    function = "np.dot" if dot else "np.matmul"
    text = f"{function}({frame.operand(a)}, {frame.straight(b)}, out={frame.operand(node)})"
    frame.line(text, comment(instruction))


def _reduce(frame: Frame, instruction: Instruction) -> None:
    (x,), node = instruction.inputs, instruction.node
    axes, keepdims = instruction.node.attrs["axes"], instruction.node.attrs["keepdims"]
    if instruction.op == "sum" and x.dtype in _BLAS and x.size and node.size:
        if axes == tuple(range(len(axes))) and 0 < len(axes) < x.ndim and _is_dense(frame, x):
            _sum_rows(frame, instruction)
            return
        if (
            axes == tuple(range(x.ndim - len(axes), x.ndim))
            and 0 < len(axes) < x.ndim
            and _is_dense(frame, x)
        ):
            _sum_columns(frame, instruction)
            return
    wide = ", dtype=np.float32" if x.dtype == np.float16 and instruction.op == "sum" else ""
    kept = ", keepdims=True" if keepdims else ""
    out = frame.operand(node)
    if wide:
        out = frame.temporary_like(node, np.float32, "total")
    dtype = wide or (f", dtype={out}.dtype" if instruction.op in ("sum", "prod") else "")
    function = f"np.{_REDUCERS[instruction.op]}.reduce"
    text = f"{function}({frame.operand(x)}, axis={axes}{dtype}, out={out}{kept})"
    frame.line(text, comment(instruction))
    if wide:
        frame.line(f"np.copyto({frame.operand(node)}, {out})")


def _is_dense(frame: Frame, x: Node) -> bool:
    return frame.plan.layouts.of(x)[1] == contiguous_strides(x.shape)


def _sum_rows(frame: Frame, instruction: Instruction) -> None:
    """Add rows up as ones @ x: `np.add.reduce` is ten times slower."""
    (x,), node = instruction.inputs, instruction.node
    width = node.size
    rows = x.size // width
    fold = 1
    while width * fold * 2 <= limits.summed_row and rows % (fold * 2) == 0:
        fold *= 2  # several rows side by side: longer rows, fewer terms per sum
    wide = rows // fold
    ones = frame.constant(_ones(wide, x.dtype), frame.names.new(f"ones_{wide}"))
    matrix = frame.aspect(x, "rows", f"{{}}.reshape({wide}, {width * fold})")
    if fold == 1:
        out = frame.aspect(node, "flat", f"{{}}.reshape({width})")
        frame.line(f"np.dot({ones}, {matrix}, out={out})", comment(instruction))
        return
    sums = frame.temporary((width * fold,), x.dtype, "sums")
    table = frame.use(
        frame.define(frame.names.new("sums_table"), f"{sums}.reshape({fold}, {width})")
    )
    few = frame.constant(_ones(fold, x.dtype), frame.names.new(f"ones_{fold}"))
    out = frame.aspect(node, "flat", f"{{}}.reshape({width})")
    frame.line(f"np.dot({ones}, {matrix}, out={sums})", comment(instruction))
    frame.line(f"np.dot({few}, {table}, out={out})")


def _sum_columns(frame: Frame, instruction: Instruction) -> None:
    """Add along the last axes as x @ ones."""
    (x,), node = instruction.inputs, instruction.node
    width = x.size // node.size
    ones = frame.constant(_ones(width, x.dtype), frame.names.new(f"ones_{width}"))
    matrix = frame.aspect(x, "rows", f"{{}}.reshape(-1, {width})")
    out = frame.aspect(node, "flat", "{}.reshape(-1)")
    frame.line(f"np.dot({matrix}, {ones}, out={out})", comment(instruction))


_ONES: dict[tuple[int, str], np.ndarray] = {}


def _ones(size: int, dtype: np.dtype) -> np.ndarray:
    return _ONES.setdefault((size, dtype.str), np.ones(size, dtype))


def _argmax(frame: Frame, instruction: Instruction) -> None:
    (x,), node = instruction.inputs, instruction.node
    place = frame.temporary_like(node, np.intp, "position")
    axis = node.attrs["axis"]
    frame.line(f"np.argmax({frame.operand(x)}, {axis}, out={place})", comment(instruction))
    frame.line(f'np.copyto({frame.operand(node)}, {place}, casting="unsafe")')


def _cumsum(frame: Frame, instruction: Instruction) -> None:
    (x,), node = instruction.inputs, instruction.node
    axis = node.attrs["axis"]
    source, out = frame.operand(x), frame.operand(node)
    if node.attrs["reverse"]:
        back = f"{{}}[{', '.join([':'] * axis + ['::-1'])}]"
        source, out = frame.aspect(x, "reversed", back), frame.aspect(node, "reversed", back)
    frame.line(f"np.add.accumulate({source}, axis={axis}, out={out})", comment(instruction))


PRODUCTS: dict[str, Emit] = {
    "matmul": _matmul,
    **dict.fromkeys(_REDUCERS, _reduce),
    "argmax": _argmax,
    "cumsum": _cumsum,
}
