"""Which function lowers an instruction: one row per operation that is not elementwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cornu_backend_native.lower.convolution import (
    emit_convolution,
    emit_input_gradient,
    emit_kernel_gradient,
)
from cornu_backend_native.lower.copies import emit_copy, emit_store
from cornu_backend_native.lower.depthwise import emit_depthwise, emit_depthwise_kernel
from cornu_backend_native.lower.frame import Frame
from cornu_backend_native.lower.groups import group_rows
from cornu_backend_native.lower.heads import emit_head
from cornu_backend_native.lower.lines import (
    emit_argmax,
    emit_cumsum,
    emit_fold,
    emit_gather,
    emit_random_bits,
    emit_scatter_add,
    emit_sort,
)
from cornu_backend_native.lower.loops import emit_scan
from cornu_backend_native.lower.movement import emit_concat, emit_pad
from cornu_backend_native.lower.pooling import emit_avg_pool, emit_max_pool, emit_unpool
from cornu_backend_native.lower.products import emit_product
from cornu_backend_native.lower.rows import Step
from cornu_backend_native.lower.softmax import emit_softmax
from cornu_engine.errors import BackendError
from cornu_engine.instructions import Instruction
from cornu_engine.primitives import PRIMITIVES
from cornu_lowering.order import in_pieces

Single = Callable[[Frame, Instruction], Sequence[Step]]

SINGLE: dict[str, Single] = {
    "argmax": emit_argmax,
    "argsort": emit_sort,
    "avg_pool": emit_avg_pool,
    "avg_pool_grad": emit_unpool,
    "concat": emit_concat,
    "convolution": emit_convolution,
    "convolution_input_grad": emit_input_gradient,
    "convolution_kernel_grad": emit_kernel_gradient,
    "copy": emit_copy,
    "cumsum": emit_cumsum,
    "depthwise": emit_depthwise,
    "depthwise_kernel_grad": emit_depthwise_kernel,
    "fold": emit_fold,
    "gather": emit_gather,
    "log_softmax": emit_softmax,
    "max_pool": emit_max_pool,
    "max_pool_winners": emit_max_pool,
    "max_unpool": emit_unpool,
    "pad": emit_pad,
    "random_bits": emit_random_bits,
    "reshape": emit_copy,
    "scatter_add": emit_scatter_add,
    "softmax": emit_softmax,
    "sort": emit_sort,
    "store": emit_store,
}

# Composites that are not expanded.
NATIVE: tuple[str, ...] = (
    *("convolution", "convolution_input_grad", "convolution_kernel_grad"),
    *("depthwise", "depthwise_kernel_grad"),
    *("max_pool", "max_pool_winners", "max_unpool", "avg_pool", "avg_pool_grad"),
    *("softmax", "log_softmax"),
)


def emit(frame: Frame, members: Sequence[Instruction]) -> Sequence[Step]:
    """Return the rows of one instruction, or of the members of one group.

    Raises
    ------
    BackendError
        For an operation that no kernel computes.
    """
    first = members[0]
    frame.forget()
    if first.op == "scan":
        return emit_scan(frame, first, emit_all)
    if first.op == "matmul":
        return emit_product(frame, members)
    if first.op in ("convolution", "convolution_input_grad"):
        return emit_head(frame, members, SINGLE[first.op])
    if first.op in SINGLE:
        return SINGLE[first.op](frame, first)
    if all(PRIMITIVES[m.op].kind in ("elementwise", "reduction") for m in members):
        return group_rows(frame, members)
    raise BackendError(
        f"The native backend has no kernel for {first.op!r}: nothing runs in Python in silence. "
        "Write it as a composite of operations that there are, or use another backend: "
        "CORNU_BACKEND=numpy."
    )


def emit_all(frame: Frame) -> list[Step]:
    """Return the rows of all instructions of a frame's plan, in order."""
    pieces = in_pieces(frame.plan.instructions)
    return [made for members in pieces for made in emit(frame, members)]
