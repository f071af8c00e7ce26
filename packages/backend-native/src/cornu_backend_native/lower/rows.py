"""The table of a program: rows that call kernels, and what the runner does by itself.

It is written here and read by `c/run.c`; `c/cornu.h` says what each word means.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from cornu_lowering.views import Address

LOOP, CHAIN = 1, 2
MOST_ADDRESSES = 256  # of a row, as in cornu.h

Number = int | float | str


@dataclass(eq=False)
class Row:
    """A call of a kernel.

    Attributes
    ----------
    kernel : str
        The name of a function of the library.
    addresses : sequence of Address
    numbers : sequence of int, float or str
        Floats travel as the bits of a double, names of functions as their addresses.
    parts : int
        Into how many parts it is cut, which any threads may do in any order.
    scratch : int
        Bytes that a thread needs while it does a part.
    note : str
        What it computes, for people.
    tape : str
        The operations of a group, where they are more than one: a line of `tapes.txt`.
    """

    kernel: str
    addresses: Sequence[Address]
    numbers: Sequence[Number] = ()
    parts: int = 1
    scratch: int = 0
    note: str = ""
    tape: str = ""


@dataclass(eq=False)
class Chain:
    """Rows that are cut alike: each part goes through all of them while its numbers are near."""

    rows: Sequence[Row]


@dataclass(eq=False)
class Loop:
    """Rows that run once per step of a scan.

    Attributes
    ----------
    moving : sequence of (str, Address, int)
        Bases that move from step to step: the name, where the first one is, and bytes per step.
    """

    length: int
    reverse: bool
    moving: Sequence[tuple[str, Address, int]]
    rows: Sequence[Row | Chain | Loop]


Step = Row | Chain | Loop


@dataclass(eq=False)
class Table:
    """Rows as the words that the runner reads.

    Attributes
    ----------
    words : ndarray of int64
    bases : list of str
        The names of what addresses are counted from, in the order of their numbers.
    notes : list of str
        Of each row that takes time, by its index.
    scratch : int
        Bytes that each thread needs.
    """

    words: np.ndarray
    bases: list[str]
    notes: list[str]
    scratch: int


@dataclass(eq=False)
class Encoder:
    """Writes rows as words.

    Parameters
    ----------
    address_of : callable
        Finds the address of a kernel by its name.
    """

    address_of: Callable[[str], int]
    bases: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    scratch: int = 0

    def table(self, rows: Sequence[Step]) -> Table:
        """Return the words of rows."""
        words = np.array(self._all(rows), np.int64)
        return Table(words, list(self.bases), self.notes, self.scratch)

    def _all(self, rows: Sequence[Step]) -> list[int]:
        return [word for each in rows for word in self._one(each)]

    def _one(self, each: Step) -> list[int]:
        if isinstance(each, Loop):
            body = self._all(each.rows)
            moving = [n for name, _, size in each.moving for n in (self._base(name), size)]
            starts = [start for _, start, _ in each.moving]
            numbers = [each.length, int(each.reverse), len(body), *moving]
            return [*self._header(LOOP, 1, starts, numbers, 0), *body]
        if isinstance(each, Chain):
            (parts,) = {row.parts for row in each.rows}
            index = self._index("; ".join(row.note for row in each.rows))
            links = [word for row in each.rows for word in self._row(row, index)]
            return [*self._header(CHAIN, parts, (), (len(links),), index), *links]
        return self._row(each, self._index(each.note))

    def _row(self, each: Row, index: int) -> list[int]:
        self.scratch = max(self.scratch, each.scratch)
        kernel = self.address_of(each.kernel)
        return self._header(kernel, each.parts, each.addresses, each.numbers, index)

    def _header(
        self, kernel: int, parts: int, at: Sequence[Address], numbers: Sequence[Number], index: int
    ) -> list[int]:
        assert len(at) <= MOST_ADDRESSES
        pairs = [n for each in at for n in (self._base(each.base), each.offset)]
        return [kernel, parts, len(at), len(numbers), index, *pairs, *map(self._word, numbers)]

    def _base(self, name: str) -> int:
        return self.bases.setdefault(name, len(self.bases))

    def _index(self, note: str) -> int:
        self.notes.append(note)
        return len(self.notes) - 1

    def _word(self, number: Number) -> int:
        if isinstance(number, str):
            return self.address_of(number)
        if isinstance(number, float):
            return int(struct.unpack("<q", struct.pack("<d", number))[0])
        return int(number)
