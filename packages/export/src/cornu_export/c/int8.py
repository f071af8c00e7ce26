"""Products of int8, which read weights column by column: then two at a time are added up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cornu_engine.graph import Node, constant
from cornu_engine.layout import Strides, contiguous_strides
from cornu_export.c.copies import in_order
from cornu_export.c.frame import Frame, Operand

_LONG = 16  # terms that a sum has to have for it to be worth while


@dataclass(frozen=True)
class Factors:
    """The right side of a product, as a helper reads it.

    Attributes
    ----------
    operand : Operand
    strides : tuple of int
        Between its elements along all axes but the last.
    column : int
        Between its columns.
    row : int
        What the helper takes for the distance of its rows, or of its columns.
    helper : str
    """

    operand: Operand
    strides: Strides
    column: int
    row: int
    helper: str


def factors(frame: Frame, node: Node, terms: int) -> Factors:
    """Return the right side of a product whose sums have so many terms.

    Weights of int8 are written column by column; anything else is read row by row, and lies so.
    """
    turned = _turned(frame, node) if node.dtype == np.int8 and terms >= _LONG else None
    if turned is not None:
        column = turned.strides[0]
        return Factors(turned, turned.strides[1:], column, column, "int8_dot")
    found = frame.operand(node)
    if not (found.strides[-1] == 1 or node.shape[-1] == 1):
        found = in_order(frame, node)
    name = "int8_multiply" if node.dtype == np.int8 else "multiply"
    return Factors(found, found.strides[:-1], 1, found.strides[-2], name)


def fixed(frame: Frame, node: Node) -> np.ndarray | None:
    """Return the numbers of a constant, or of a view of one; None where they are computed."""
    owner, strides = frame.plan.layouts.of(node)
    value = owner.attrs.get("value") if owner.op == "constant" else None
    if value is None:
        return None
    start = frame.offset(node, owner)
    steps = [s * value.itemsize for s in strides]
    return np.lib.stride_tricks.as_strided(np.ravel(value)[start:], node.shape, steps)


def _turned(frame: Frame, node: Node) -> Operand | None:
    """Return a constant with its last axis in front, or None where the value is computed."""
    value, owner = fixed(frame, node), frame.plan.layouts.owner(node)
    if value is None:
        return None
    array = np.ascontiguousarray(np.moveaxis(value, -1, 0))
    key = constant(array)
    label = frame.source.labels.get(owner) or owner.scope or "constant"
    frame.source.labels[key] = f"{label}, by columns"
    name, first = frame.source.constant(key, array)
    return Operand(name, first, contiguous_strides(array.shape), array.shape, array.dtype)
