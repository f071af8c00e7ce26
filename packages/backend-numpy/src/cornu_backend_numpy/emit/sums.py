"""Operations of a region whose result adds up what each block of rows contributes."""

from __future__ import annotations

from cornu_backend_numpy.emit.composites import emit_convolution
from cornu_backend_numpy.emit.elementwise import Emit, comment, hint
from cornu_backend_numpy.emit.frame import Frame
from cornu_engine.instructions import Instruction

# Where each thread has one block only, what it contributes is its total: `frame.once`.


def _matmul(frame: Frame, instruction: Instruction) -> None:
    a, b = instruction.inputs
    node = instruction.node
    if frame.once:
        text = f"np.matmul({frame.operand(a)}, {frame.operand(b)}, out={frame.operand(node)})"
        frame.line(text, comment(instruction))
        return
    share = frame.temporary(node.shape, node.dtype, "share")
    total = frame.operand(node)
    frame.line(
        f"np.matmul({frame.operand(a)}, {frame.operand(b)}, out={share})", comment(instruction)
    )
    frame.line(f"np.add({total}, {share}, out={total})")


def _sum(frame: Frame, instruction: Instruction) -> None:
    (x,), node = instruction.inputs, instruction.node
    total = frame.value(node)
    axes, kept = node.attrs["axes"], node.attrs["keepdims"]
    run = frame.kernel(
        hint(instruction),
        f"AddRows({frame.value(x)}, {total}, {axes}, {kept}, scratch, {not frame.once})",
    )
    frame.line(f"{run}()", comment(instruction))


def _kernel_gradient(frame: Frame, instruction: Instruction) -> None:
    accumulate = "" if frame.once else ", accumulate=True"
    emit_convolution(frame, instruction, "kernel_gradient", accumulate)


SUMS: dict[str, Emit] = {
    "matmul": _matmul,
    "sum": _sum,
    "convolution_kernel_grad": _kernel_gradient,
}
