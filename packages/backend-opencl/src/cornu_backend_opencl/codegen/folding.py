"""How values are taken together: two, all lanes of a vector, those of a group of work-items."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_backend_opencl.codegen.function import Function
from cornu_backend_opencl.codegen.lanes import Lanes


def neutral(op: str, dtype: Any) -> Any:
    """Return what changes no result.

    Examples
    --------
    >>> neutral("sum", "float32"), neutral("max", "int8")
    (0, -128)
    """
    dtype = np.dtype(dtype)
    if op in ("sum", "prod"):
        return int(op == "prod")
    if dtype.kind == "b":
        return op == "min"
    if dtype.kind == "f":
        return -np.inf if op == "max" else np.inf
    info = np.iinfo(dtype)
    return info.min if op == "max" else info.max


def combine(lanes: Lanes, op: str, dtype: np.dtype, a: str, b: str) -> str:
    """Return the expression that takes one more value in; NaN stays."""
    if dtype.kind == "b":
        return f"{a} | {b}" if op in ("sum", "max") else f"{a} & {b}"
    if op in ("sum", "prod"):
        return f"{a} {'+' if op == 'sum' else '*'} {b}"
    if dtype.kind != "f":
        return f"{op}({a}, {b})"
    sign = ">" if op == "max" else "<"
    if lanes.count == 1:
        return f"({a} {sign}= {b} || isnan({a}) ? {a} : {b})"
    return lanes.select(lanes.mask(f"({a} {sign}= {b}) | isnan({a})", dtype), a, b, dtype)


def fold_lanes(function: Function, lanes: Lanes, op: str, dtype: np.dtype, total: str) -> str:
    """Write the fold of a vector, halves onto halves; return the name of the result."""
    count = lanes.count
    while count > 1:
        count //= 2
        half, name = Lanes(count), function.new("t")
        text = combine(half, op, dtype, f"{total}.lo", f"{total}.hi")
        function.line(f"const {half.type(dtype)} {name} = {text};")
        total = name
    return total


def fold_group(
    function: Function, group: int, local: str, op: str, dtype: np.dtype, total: str
) -> None:
    """Write the fold of the totals of a group, in local memory; the first element is the result."""
    mine, other = f"{local}[get_local_id(0)]", f"{local}[get_local_id(0) + half_]"
    function.line("barrier(CLK_LOCAL_MEM_FENCE);")
    function.line(f"{mine} = {total};")
    function.line("barrier(CLK_LOCAL_MEM_FENCE);")
    with function.block(f"for (int half_ = {group // 2}; half_ > 0; half_ >>= 1)"):
        text = combine(Lanes(1), op, dtype, mine, other)
        function.line(f"if (get_local_id(0) < half_) {mine} = {text};")
        function.line("barrier(CLK_LOCAL_MEM_FENCE);")
