"""Rows of one operation that no instruction asks for: numbers all over a view, and casts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cornu_backend_native.lower.frame import aligned
from cornu_backend_native.lower.group_row import numbers_of
from cornu_backend_native.lower.group_space import GroupSpace
from cornu_backend_native.lower.kinds import dtype_name
from cornu_backend_native.lower.parts import parts_of
from cornu_backend_native.lower.rows import Row
from cornu_backend_native.lower.tape import CONSTANT, LOAD, STORE, Tape
from cornu_backend_native.settings import limits
from cornu_lowering.views import View, merged


def fill(view: View, value: float | bool, note: str = "fill") -> list[Row]:
    """Return the row that writes one number all over a view."""
    if 0 in view.shape:
        return []
    tape = Tape((), {}, {}, set(), bool)
    function = f"e_fill_{dtype_name(view.dtype)}_s"
    tape.entries = [(function, 0, CONSTANT, 0, 0), (STORE, 0, 0, 0, 0)]
    tape.constants = [_constant(value, view)]
    return _by_hand(tape, [view], note)


def convert(source: View, target: View, note: str = "convert") -> list[Row]:
    """Return the row that copies a view to another of its shape, in the dtype of that one."""
    if 0 in target.shape:
        return []
    tape = Tape((), {}, {}, set(), bool)
    names = dtype_name(source.dtype), dtype_name(target.dtype)
    function = "e_cast_{}_{}_v".format(*names)
    tape.entries = [(LOAD, 0, 1, 0, 0), (function, 4, 0, 0, 0), (STORE, 0, 4, 0, 0)]
    return _by_hand(tape, [target, source], note)


def _by_hand(tape: Tape, views: Sequence[View], note: str) -> list[Row]:
    """Return the row of a tape that is not written from members."""
    tape.registers = len(views)
    space = merged(views[0].shape, [v.strides for v in views])
    plan = GroupSpace((), space.shape, space.marks, {}, {}, {})
    strided = [(v.dtype.itemsize, s) for v, s in zip(views, space.strides, strict=True)]
    cut = max(range(len(space.shape)), key=lambda a: space.shape[a])
    parts = min(parts_of(plan.size * 0.2), space.shape[cut])
    slot = aligned(limits.block * 8)
    extent = (space.shape[cut], 1, 1)
    numbers = numbers_of(plan, tape, strided, cut, extent, limits.block, slot)
    addresses = [v.address for v in views]
    return [Row("k_group", addresses, numbers, parts, slot * tape.registers, note)]


def _constant(value: float | bool, view: View) -> int:
    raw = np.array(value, view.dtype).tobytes().ljust(8, b"\0")
    return int.from_bytes(raw, "little", signed=True)
