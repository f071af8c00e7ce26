"""Which function writes an instruction: one row per operation that is not elementwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cornu_backend_opencl.codegen.convolution import (
    emit_convolution,
    emit_input_gradient,
)
from cornu_backend_opencl.codegen.elementwise import emit_group
from cornu_backend_opencl.codegen.frame import Frame, Loop, Unit
from cornu_backend_opencl.codegen.kernel_gradient import emit_kernel_gradient
from cornu_backend_opencl.codegen.lines import emit_argmax, emit_cumsum
from cornu_backend_opencl.codegen.loops import emit_scan
from cornu_backend_opencl.codegen.matmul import emit_matmul
from cornu_backend_opencl.codegen.movement import (
    emit_concat,
    emit_copy,
    emit_gather,
    emit_pad,
    emit_store,
)
from cornu_backend_opencl.codegen.pooling import (
    emit_avg_pool,
    emit_avg_pool_gradient,
    emit_max_pool,
    emit_max_pool_winners,
    emit_max_unpool,
)
from cornu_backend_opencl.codegen.random_bits import emit_random_bits
from cornu_backend_opencl.codegen.reductions import emit_reduction
from cornu_backend_opencl.codegen.scatter import emit_scatter_add
from cornu_backend_opencl.codegen.softmax import emit_softmax
from cornu_backend_opencl.codegen.sorting import emit_sort
from cornu_backend_opencl.codegen.windows import emit_fold
from cornu_engine.instructions import Instruction
from cornu_lowering.fusion import REDUCTIONS
from cornu_lowering.order import in_pieces

Single = Callable[[Frame, Instruction], list[Unit]]

SINGLE: dict[str, Single] = {
    "argmax": emit_argmax,
    "avg_pool": emit_avg_pool,
    "avg_pool_grad": emit_avg_pool_gradient,
    "argsort": emit_sort,
    "concat": emit_concat,
    "copy": emit_copy,
    "cumsum": emit_cumsum,
    "fold": emit_fold,
    "gather": emit_gather,
    "log_softmax": emit_softmax,
    "max_pool": emit_max_pool,
    "max_pool_winners": emit_max_pool_winners,
    "max_unpool": emit_max_unpool,
    "pad": emit_pad,
    "random_bits": emit_random_bits,
    "reshape": emit_copy,
    "scatter_add": emit_scatter_add,
    "softmax": emit_softmax,
    "sort": emit_sort,
    "store": emit_store,
}

# Operations whose results elementwise work may join: product and epilogue are one function.
HEADS: dict[str, Callable[[Frame, Sequence[Instruction]], list[Unit]]] = {
    "convolution": emit_convolution,
    "convolution_input_grad": emit_input_gradient,
    "convolution_kernel_grad": emit_kernel_gradient,
    "matmul": emit_matmul,
}

# Composites that are not expanded.
NATIVE = (
    *("convolution", "convolution_input_grad", "convolution_kernel_grad"),
    *("max_pool", "max_pool_winners", "max_unpool", "avg_pool", "avg_pool_grad"),
    *("softmax", "log_softmax"),
)


def emit(frame: Frame, members: Sequence[Instruction]) -> list[Unit | Loop]:
    """Write one instruction, or the members of one group."""
    first = members[0]
    if first.op == "scan":
        return emit_scan(frame, first, emit_all)
    if first.op in HEADS:
        return list(HEADS[first.op](frame, members))
    if first.op in SINGLE:
        return list(SINGLE[first.op](frame, first))
    if any(m.op in REDUCTIONS for m in members):
        return list(emit_reduction(frame, members))
    return list(emit_group(frame, members))


def emit_all(frame: Frame) -> list[Unit | Loop]:
    """Write all instructions of a frame's plan, in order."""
    pieces = in_pieces(frame.plan.instructions)
    return [made for members in pieces for made in emit(frame, members)]
