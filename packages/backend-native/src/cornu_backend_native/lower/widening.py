"""Functions of numbers with fractions, such as `exp`, of whole numbers: computed in float64.

The library has no functions for them, which few programs need: they become three instructions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from cornu_backend_native.lower.tape import operation_name
from cornu_engine.graph import leaf
from cornu_engine.instructions import Instruction

_WIDE = np.dtype("float64")


def in_floats(member: Instruction, has: Callable[[str], bool]) -> Iterator[Instruction]:
    """Yield an elementwise instruction as it is, or by way of float64 where there is no kernel.

    Parameters
    ----------
    member : Instruction
    has : callable
        Tells whether the library has a function.
    """
    node = member.node
    if node.dtype.kind == "f" or has(f"e_{operation_name(member)}_{'v' * len(member.inputs)}"):
        yield member
        return
    shape = node.shape
    wide = tuple(leaf("widened", value.shape, _WIDE) for value in member.inputs)
    for value, to in zip(member.inputs, wide, strict=True):
        yield replace(member, op="cast", node=to, inputs=(value,), outputs=(to,))
    result = leaf("widened", shape, _WIDE)
    yield replace(member, node=result, inputs=wide, outputs=(result,))
    yield replace(member, op="cast", inputs=(result,))
