"""An array with zeros around it: one row where its lines can be copied, else two."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cornu_backend_native.lower.copies import copy
from cornu_backend_native.lower.filling import fill
from cornu_backend_native.lower.frame import is_whole
from cornu_backend_native.lower.parts import parts_of
from cornu_backend_native.lower.rows import Row
from cornu_engine.layout import contiguous_strides
from cornu_engine.shapes import product
from cornu_lowering.views import View


def pad(
    source: View,
    target: View,
    low: Sequence[int],
    steps: Sequence[int],
    note: str,
    value: float = 0,
) -> list[Row]:
    """Return the rows that put a view into a larger one of the same rank.

    Parameters
    ----------
    low : sequence of int
        Per axis, where it begins; what begins before 0 is cut off, as is what ends too late.
    steps : sequence of int
        Per axis, from one of its elements to the next.
    value : float
        What is around it.
    """
    if 0 in target.shape:
        return []
    is_zero = value == 0 and math.copysign(1, value) > 0
    if is_zero and source.shape != target.shape and _has_lines(source, target, low, steps):
        return [_lines(source, target, low, note)]
    shape, begin, to, strides = list(source.shape), 0, 0, list(target.strides)
    for i, (a, n, s) in enumerate(zip(low, target.shape, steps, strict=True)):
        first = max(0, -(a // s)) if a < 0 else 0
        last = min(source.shape[i], (n - 1 - a) // s + 1)
        shape[i] = max(0, last - first)
        begin += first * source.strides[i]
        to += (first * s + a) * target.strides[i]
        strides[i] = s * target.strides[i]
    is_covered = tuple(shape) == target.shape
    part = source.part(begin, tuple(shape), source.strides)
    inner = target.part(to, tuple(shape), tuple(strides))
    return [*([] if is_covered else fill(target, value, note)), *copy(part, inner, note)]


def _has_lines(source: View, target: View, low: Sequence[int], steps: Sequence[int]) -> bool:
    """Tell whether each line of the source lies in a piece, whole inside of one of the target."""
    return (
        is_whole(target)
        and 0 not in source.shape
        and all(s == 1 for s in steps)
        and all(
            0 <= a <= n - inside
            for a, n, inside in zip(low, target.shape, source.shape, strict=True)
        )
        and _inner(source.strides, source, target)
        == _inner(contiguous_strides(source.shape), source, target)
    )


def _inner(values: Sequence[int], source: View, target: View) -> tuple[int, ...]:
    """Return what belongs to the axes of a line: the last that is padded, and those behind it."""
    return tuple(values)[_line_axis(source, target) :]


def _line_axis(source: View, target: View) -> int:
    return max(i for i, n in enumerate(target.shape) if n != source.shape[i])


def _lines(source: View, target: View, low: Sequence[int], note: str) -> Row:
    first, size = _line_axis(source, target), target.dtype.itemsize
    line, copied = (product(v.shape[first:]) * size for v in (target, source))
    before = low[first] * product(target.shape[first + 1 :]) * size
    outer = zip(target.shape, low, source.shape, source.strides, strict=True)
    axes = [(n, a, inside, step * size) for n, a, inside, step in list(outer)[:first]]
    parts = min(parts_of(product(target.shape) * size * 0.1), product(target.shape[:first]))
    numbers = (line, before, copied, len(axes), *(n for axis in axes for n in axis))
    return Row("k_pad", (target.address, source.address), numbers, max(1, parts), 0, note)
