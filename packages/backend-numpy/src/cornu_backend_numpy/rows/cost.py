"""Rough costs, in nanoseconds on one core: what is worth a loop over rows, or threads."""

from __future__ import annotations

from cornu_backend_numpy.settings import limits
from cornu_engine.cost import flops
from cornu_engine.graph import Node
from cornu_engine.instructions import Instruction, Steps

_FLOP = 0.012  # of a large product
_BYTE = 0.06  # read or written
_SLOW = {
    "pow": 13.0,
    "erf": 4.0,
    "random_bits": 1.7,
    "max_pool_winners": 1.5,
    "max_unpool": 0.3,
    "exp": 0.4,
    "log": 0.4,
    "tanh": 0.3,
    "scatter_add": 0.3,
}
_PRODUCTS = frozenset(
    {"matmul", "convolution", "convolution_input_grad", "convolution_kernel_grad"}
)


def nanoseconds(instruction: Instruction) -> float:
    """Return about how long an instruction takes."""
    node = instruction.node
    if node.is_tuple:
        return 0.0
    moved = sum(operand_bytes(i) for i in instruction.inputs) + node.nbytes
    work = (
        _FLOP * flops(node)
        if instruction.op in _PRODUCTS
        else _SLOW.get(instruction.op, 0.0) * node.size
    )
    return work + _BYTE * moved


def calls_threads(plan: Steps) -> bool:
    """Tell whether BLAS, left alone, would start threads of its own for a plan.

    How it cuts its sums then depends on how many there are, and so do the last bits.
    """
    return any(
        calls_threads(i.body) if i.body is not None else _calls_threads(i)
        for i in plan.instructions
    )


def _calls_threads(instruction: Instruction) -> bool:
    if instruction.op == "sum":  # a row or column of ones times a matrix
        return 2 * instruction.inputs[0].size > limits.own_threads_of_vectors
    if instruction.op not in _PRODUCTS:
        return False
    ends = (i.shape[-2:] for i in (*instruction.inputs, instruction.node))
    is_vector = instruction.op == "matmul" and any(1 in end for end in ends)
    most = limits.own_threads_of_vectors if is_vector else limits.own_threads
    return flops(instruction.node) > most


def operand_bytes(node: Node) -> int:
    """Return the bytes behind a value: a broadcast one reads few."""
    while node.op in ("expand", "reshape", "transpose", "stop_gradient", "again") and node.inputs:
        node = node.inputs[0]
    return 0 if node.is_tuple else node.nbytes
