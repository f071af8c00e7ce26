"""Products of int8, added up in int32 without an error.

They are written in floating point, for which every machine has fast products: a sum of at most
1,024 products of int8 stays within 2^24, up to which float32 holds every whole number, in whatever
order it is added up. Longer sums are made of such parts. What writes integer loops, as the export
to C, takes the composites whole.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import numpy as np

from cornu_engine.attributes import Groups, Integers, Sides, Steps
from cornu_engine.composite import composite
from cornu_engine.graph import Node
from cornu_engine.primitives.table import p
from cornu_engine.shapes import product
from cornu_ops.convolution import columns_of, table_of, without_groups
from cornu_ops.depthwise import depthwise
from cornu_ops.values import cast_value

_DTYPE, _INT8 = attrgetter("dtype"), {np.dtype(np.int8)}  # asked at every eager product
_EXACT = 1024  # products of two numbers from -128 to 127: 2^10 * 2^14 = 2^24


def both_int8(*values: Any) -> bool:
    """Whether all values are int8."""
    return set(map(_DTYPE, values)) == _INT8


def _check(name: str, *values: Any) -> None:
    if not both_int8(*values):
        raise TypeError(f"{name}: operands have to be int8, not {[str(x.dtype) for x in values]}.")


def _part(x: Any, axis: int, first: int, last: int) -> Any:
    start, stop = [0] * x.ndim, list(x.shape)
    start[axis], stop[axis] = first, last
    return p.slice(x, start=tuple(start), stop=tuple(stop), step=(1,) * x.ndim)


@composite(flops=lambda node: 2 * node.size * node.inputs[0].shape[-1], portable=True)
def int8_matmul(a: Integers, b: Integers) -> Any:
    """The matrix product of int8, in int32.

    Examples
    --------
    >>> a = np.full((1, 2000), 127, np.int8)
    >>> int(int8_matmul(a, a.T)[0, 0]) == 2000 * 127**2
    True
    """
    _check("int8_matmul", a, b)
    k, total = a.shape[-1], None
    for first in range(0, max(k, 1), _EXACT):
        last = min(first + _EXACT, k)
        left = _part(a, a.ndim - 1, first, last)
        right = _part(b, b.ndim - 2, first, last)
        sums = p.matmul(cast_value(left, np.float32), cast_value(right, np.float32))
        sums = cast_value(sums, np.int32)
        total = sums if total is None else p.add(total, sums)
    return total


def _flops(node: Node) -> int:
    return 2 * node.size * product(node.inputs[1].shape[:-1])


@composite(flops=_flops, portable=True)
def int8_convolution(
    x: Integers,
    kernel: Integers,
    *,
    strides: Steps,
    padding: Sides,
    dilation: Steps,
    groups: Groups = 1,
) -> Any:
    """The convolution of int8, in int32; operands and attributes are those of `convolution`.

    Examples
    --------
    >>> x, kernel = np.full((1, 4, 1), 100, np.int8), np.full((3, 1, 2), 100, np.int8)
    >>> int8_convolution(x, kernel, strides=(1,), padding=((0, 0),), dilation=(1,))[0, 0]
    array([30000, 30000], dtype=int32)
    """
    _check("int8_convolution", x, kernel)
    columns, steps = columns_of(x, kernel.shape[:-2], strides, padding, dilation, groups)
    rows = int8_matmul(columns, table_of(kernel, groups))
    return without_groups(rows, (x.shape[0], *steps, kernel.shape[-1]), groups)


def _taps(node: Node) -> int:
    return product(node.inputs[1].shape[:-1])


@composite(flops=lambda node: 2 * node.size * _taps(node), calls=_taps, portable=True)
def int8_depthwise(
    x: Integers, kernel: Integers, *, strides: Steps, padding: Sides, dilation: Steps
) -> Any:
    """The convolution of each channel by itself, of int8 in int32; as `depthwise` otherwise.

    Examples
    --------
    >>> x, kernel = np.full((1, 3, 1), 100, np.int8), np.full((2, 1), 100, np.int8)
    >>> int8_depthwise(x, kernel, strides=(1,), padding=((0, 0),), dilation=(1,))[0, :, 0]
    array([20000, 20000], dtype=int32)
    """
    _check("int8_depthwise", x, kernel)
    narrow = np.float32 if product(kernel.shape[:-1]) <= _EXACT else np.int32
    floats = (cast_value(value, narrow) for value in (x, kernel))
    sums = depthwise(*floats, strides=strides, padding=padding, dilation=dilation)
    return cast_value(sums, np.int32)
