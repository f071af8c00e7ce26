"""Primitives that move numbers without computing."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_engine.attributes import Axes, Axis, Fill, Sizes, Steps
from cornu_engine.graph import Node
from cornu_engine.primitives.table import p, register
from cornu_engine.shapes import Shape, broadcast_shapes, product

Static = tuple[int, ...]


def _reshape(x: Node, *, shape: Sizes) -> tuple[Shape, np.dtype]:
    if product(shape) != x.size:
        raise ValueError(f"A value of shape {x.shape} does not reshape to {tuple(shape)}.")
    return tuple(shape), x.dtype


def _transpose(x: Node, *, perm: Axes) -> tuple[Shape, np.dtype]:
    if sorted(perm) != list(range(x.ndim)):
        raise ValueError(f"{tuple(perm)} is no permutation of the axes of shape {x.shape}.")
    return tuple(x.shape[i] for i in perm), x.dtype


def _expand(x: Node, *, shape: Sizes) -> tuple[Shape, np.dtype]:
    if broadcast_shapes(x.shape, shape) != tuple(shape):
        raise ValueError(f"Shape {x.shape} does not broadcast to {tuple(shape)}.")
    return tuple(shape), x.dtype


def _pad_shape(
    x: Node, *, low: Sizes, high: Sizes, interior: Sizes, value: Fill
) -> tuple[Shape, np.dtype]:
    spread = (n + max(0, n - 1) * i for n, i in zip(x.shape, interior, strict=True))
    return tuple(n + a + b for n, a, b in zip(spread, low, high, strict=True)), x.dtype


def _pad(x: np.ndarray, *, low: Static, high: Static, interior: Static, value: float) -> np.ndarray:
    shape = tuple(
        n + max(0, n - 1) * i + a + b
        for n, a, b, i in zip(x.shape, low, high, interior, strict=True)
    )
    out = np.full(shape, value, x.dtype)
    out[pad_region(shape, low, high, interior)] = x
    return out


def pad_region(shape: Static, low: Static, high: Static, interior: Static) -> tuple[slice, ...]:
    """Return where the operand of `pad` lies in the result."""
    return tuple(
        slice(a, n - b, i + 1) for n, a, b, i in zip(shape, low, high, interior, strict=True)
    )


def _pad_vjp(
    g: Node, y: Node, x: Node, *, low: Static, high: Static, interior: Static, value: float
) -> tuple[Any]:
    stop = tuple(n - b for n, b in zip(y.shape, high, strict=True))
    return (p.slice(g, start=low, stop=stop, step=tuple(i + 1 for i in interior)),)


def slice_region(start: Static, stop: Static, step: Static) -> tuple[slice, ...]:
    """Return the attributes of `slice` as an index."""
    return tuple(slice(a, b, s) for a, b, s in zip(start, stop, step, strict=True))


def _slice_shape(x: Node, *, start: Sizes, stop: Sizes, step: Steps) -> tuple[Shape, np.dtype]:
    for a, b, s, n in zip(start, stop, step, x.shape, strict=True):
        if not (0 <= a <= b <= n and s > 0):
            raise ValueError(f"Slice {start}:{stop}:{step} leaves a value of shape {x.shape}.")
    return tuple(-(-(b - a) // s) for a, b, s in zip(start, stop, step, strict=True)), x.dtype


def _slice_vjp(
    g: Node, y: Node, x: Node, *, start: Static, stop: Static, step: Static
) -> tuple[Any]:
    high = tuple(
        n - (a + (m - 1) * s + 1) if m else n - a
        for n, a, m, s in zip(x.shape, start, y.shape, step, strict=True)
    )
    interior = tuple(s - 1 for s in step)
    return (p.pad(g, low=tuple(start), high=high, interior=interior, value=0.0),)


def _concat_shape(*parts: Node, axis: Axis) -> tuple[Shape, np.dtype]:
    first = parts[0]
    for part in parts[1:]:
        if part.dtype != first.dtype:
            raise TypeError(
                f"Parts have dtypes {first.dtype} and {part.dtype}; cast them to one first."
            )
        same_elsewhere = all(
            a == b
            for i, (a, b) in enumerate(zip(part.shape, first.shape, strict=False))
            if i != axis
        )
        if part.ndim != first.ndim or not same_elsewhere:
            raise ValueError(
                f"Shapes {first.shape} and {part.shape} differ in more than axis {axis}, "
                "along which they are to be joined."
            )
    total = sum(part.shape[axis] for part in parts)
    return (*first.shape[:axis], total, *first.shape[axis + 1 :]), first.dtype


def _concat_vjp(g: Node, y: Node, *parts: Node, axis: int) -> tuple[Any, ...]:
    pieces, offset = [], 0
    for part in parts:
        start = tuple(offset if i == axis else 0 for i in range(g.ndim))
        offset += part.shape[axis]
        stop = tuple(offset if i == axis else n for i, n in enumerate(g.shape))
        pieces.append(p.slice(g, start=start, stop=stop, step=(1,) * g.ndim))
    return tuple(pieces)


def _flip_shape(x: Node, *, axes: Axes) -> tuple[Shape, np.dtype]:
    return x.shape, x.dtype


def _inverse(perm: Static) -> Static:
    return tuple(int(i) for i in np.argsort(perm))


register(
    "reshape",
    "view",
    lambda x, *, shape: np.reshape(x, shape),
    _reshape,
    lambda g, y, x, *, shape: (p.reshape(g, shape=x.shape),),
)
register(
    "transpose",
    "view",
    lambda x, *, perm: np.transpose(x, perm),
    _transpose,
    lambda g, y, x, *, perm: (p.transpose(g, perm=_inverse(perm)),),
)
register(
    "expand",
    "view",
    lambda x, *, shape: np.broadcast_to(x, shape),
    _expand,
    lambda g, y, x, *, shape: (g,),  # summed back by `gradients`, as for every broadcast
)
register(
    "slice",
    "view",
    lambda x, *, start, stop, step: x[slice_region(start, stop, step)],
    _slice_shape,
    _slice_vjp,
)
register(
    "flip",
    "view",
    lambda x, *, axes: np.flip(x, axes),
    _flip_shape,
    lambda g, y, x, *, axes: (p.flip(g, axes=axes),),
)
register("pad", "other", _pad, _pad_shape, _pad_vjp)
register(
    "concat",
    "other",
    lambda *parts, axis: np.concatenate(parts, axis),
    _concat_shape,
    _concat_vjp,
)
