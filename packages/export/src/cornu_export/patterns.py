"""Constants that differ with the size of a free axis, as what they are made of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cornu_engine.graph import Node, constant
from cornu_engine.primitives.table import p

Nodes = tuple[Node, ...]  # one value, as each trace knows it


def spelled_out(nodes: Nodes) -> Nodes:
    """Return a constant that grows with a free axis as operations on simpler ones.

    Each slice along the axis is the first one, again or with a multiple of a step added: a table
    of every row of a batch, the places where rows begin. What is the same in all traces stays as
    it is, and so do 0, 1, 2, … and what has no such form.

    Examples
    --------
    >>> tables = tuple(constant(np.repeat([[1.0, 2.0]], n, axis=0)) for n in (3, 4))
    >>> spelled_out(tables)[0].op
    'expand'
    >>> places = tuple(constant(np.arange(n) * 10 + 1) for n in (3, 4))
    >>> spelled_out(places)[0].op
    'add'
    """
    if any(n.op != "constant" for n in nodes):
        return nodes
    values = [n.attrs["value"] for n in nodes]
    axis = _growing(values)
    if axis is None or all(_is_counting(v) for v in values):
        return nodes
    firsts = [v.take([0], axis) for v in values]
    if all((v == first).all() for v, first in zip(values, firsts, strict=True)):
        if any(first.size == 1 for first in firsts):  # one number everywhere
            return nodes
        return tuple(
            p.expand(constant(first), shape=v.shape)
            for v, first in zip(values, firsts, strict=True)
        )
    return _in_steps(values, firsts, axis) or nodes


def _growing(values: Sequence[np.ndarray]) -> int | None:
    """Return the first axis whose size differs from trace to trace, None where there is none."""
    sizes = list(zip(*(v.shape for v in values), strict=True))
    found = next((axis for axis, each in enumerate(sizes) if len(set(each)) > 1), None)
    return None if any(v.size < 2 for v in values) else found


def _is_counting(value: np.ndarray) -> bool:
    return value.dtype.kind in "iuf" and bool((value.reshape(-1) == np.arange(value.size)).all())


def _in_steps(
    values: Sequence[np.ndarray], firsts: Sequence[np.ndarray], axis: int
) -> Nodes | None:
    found = []
    for value, first in zip(values, firsts, strict=True):
        if value.dtype.kind not in "if" or value.itemsize < 4:
            return None
        shape = [1] * value.ndim
        shape[axis] = -1
        counting = np.arange(value.shape[axis], dtype=value.dtype).reshape(shape)
        step = np.ravel(value.take(1, axis))[0] - np.ravel(first)[0]
        if (counting * step + first != value).any():
            return None
        node = p.mul(constant(counting), constant(step))
        found.append(p.add(node, constant(first)) if first.any() else node)
    return tuple(found)
