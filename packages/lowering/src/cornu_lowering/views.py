"""Where values lie: addresses, and views of them with strides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cornu_engine.layout import Strides
from cornu_engine.shapes import Shape


@dataclass(frozen=True)
class Address:
    """A place in memory.

    Attributes
    ----------
    base : str
        What it is counted from: M (memory), X (inputs), K (constants), or as the backend has it.
    offset : int
        Bytes from there.
    step : str
        More bytes, as a C expression: the row of a step of a loop.
    """

    base: str
    offset: int = 0
    step: str = ""


@dataclass(frozen=True)
class View:
    """A value as strides, in elements, over an address."""

    address: Address
    offset: int
    strides: Strides
    shape: Shape
    dtype: np.dtype

    def broadcast(self, shape: Sequence[int]) -> View:
        """Return the view as operand of an operation over `shape`."""
        extra = len(shape) - len(self.shape)
        kept = (0 if n == 1 else s for n, s in zip(self.shape, self.strides, strict=True))
        return replace(self, strides=((0,) * extra + tuple(kept)), shape=tuple(shape))

    def part(self, start: int, shape: Sequence[int], strides: Sequence[int]) -> View:
        """Return part of the view, that begins some elements further on."""
        first = Address(self.address.base, self.address.offset + start * self.dtype.itemsize)
        return replace(self, address=first, shape=tuple(shape), strides=tuple(strides))


@dataclass(frozen=True)
class Space:
    """An iteration space whose axes are merged as far as all strides allow.

    Attributes
    ----------
    shape : tuple of int
    strides : tuple of tuple of int
        One per view, over the merged axes.
    marks : tuple of bool
        For each merged axis, the mark of those it was made of.
    """

    shape: Shape
    strides: tuple[Strides, ...]
    marks: tuple[bool, ...]


def merged(
    shape: Sequence[int], strides: Sequence[Sequence[int]], marks: Sequence[bool] | None = None
) -> Space:
    """Merge neighbouring axes of equal mark wherever every view walks them as one.

    Examples
    --------
    >>> merged((2, 3, 4), [(12, 4, 1), (0, 4, 1)]).shape
    (2, 12)
    """
    flags = marks or [False] * len(shape)
    axes: list[tuple[int, tuple[int, ...], bool]] = []
    for i, size in enumerate(shape):
        if size == 1:
            continue
        steps = tuple(s[i] for s in strides)
        if axes and axes[-1][2] == flags[i]:
            above, outer, _ = axes[-1]
            if all(o == s * size for o, s in zip(outer, steps, strict=True)):
                axes[-1] = (above * size, steps, flags[i])
                continue
        axes.append((size, steps, flags[i]))
    if not axes:
        axes = [(1, (0,) * len(strides), bool(flags[-1]) if flags else False)]
    return Space(
        tuple(a[0] for a in axes),
        tuple(tuple(a[1][v] for a in axes) for v in range(len(strides))),
        tuple(a[2] for a in axes),
    )


def position(indices: Sequence[str], strides: Sequence[int], offset: int = 0) -> str:
    """Return the C expression of an element's position.

    Examples
    --------
    >>> position(["i", "j"], (12, 1), 3)
    'i * 12 + j + 3'
    """
    terms = [i if s == 1 else f"{i} * {s}" for i, s in zip(indices, strides, strict=True) if s]
    terms += [str(offset)] if offset else []
    return " + ".join(terms) or "0"


def unravel(index: str, shape: Sequence[int]) -> list[str]:
    """Return the C expressions of the indices that a row-major number stands for.

    Examples
    --------
    >>> unravel("r", (4, 5))
    ['r / 5', 'r % 5']
    """
    found, below = [], 1
    for axis in reversed(range(len(shape))):
        text = index if below == 1 else f"{index} / {below}"
        if axis:
            text = f"{text} % {shape[axis]}" if below == 1 else f"({text}) % {shape[axis]}"
        found.append(text)
        below *= shape[axis]
    return found[::-1]
