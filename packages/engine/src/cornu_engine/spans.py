"""Ranges of bytes, and which of many meet one."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass

from cornu_engine.graph import Node
from cornu_engine.variable import Variable


@dataclass(frozen=True, eq=False)
class Span:
    """Bytes `start:stop` of a variable, or of the program's memory (None)."""

    space: Variable | None
    start: int
    stop: int

    def is_that(self, other: Span) -> bool:
        """Tell whether two ranges are the same."""
        return self.space is other.space and self.start == other.start and self.stop == other.stop

    def holds(self, other: Span) -> bool:
        """Tell whether a range has all of another."""
        return self.space is other.space and self.start <= other.start and other.stop <= self.stop

    def meets(self, other: Span) -> bool:
        """Tell whether two ranges have a byte in common."""
        return self.space is other.space and max(self.start, other.start) < min(
            self.stop, other.stop
        )


class Index:
    """Values by where they lie: finds those that meet a range without looking at all.

    Those of a space are sorted by where they start, apart for each order of size; so none that
    starts further below a range than twice its order can reach into it.

    Examples
    --------
    >>> from cornu_engine.graph import constant
    >>> index, a, b = Index(), constant(1.0), constant(2.0)
    >>> index.add(a, Span(None, 0, 64))
    >>> index.add(b, Span(None, 64, 256))
    >>> index.meeting(Span(None, 32, 64))[0] is a
    True
    """

    def __init__(self) -> None:
        self._spaces: dict[Variable | None, dict[int, list[tuple[int, int, int, Node]]]] = {}

    def add(self, value: Node, span: Span) -> None:
        """Note where a value lies."""
        orders = self._spaces.setdefault(span.space, {})
        insort(orders.setdefault(_order(span), []), _row(value, span))

    def forget(self, value: Node, span: Span) -> None:
        """Forget a value that has been added with this range."""
        rows = self._spaces[span.space][_order(span)]
        del rows[bisect_left(rows, _row(value, span))]

    def meeting(self, span: Span) -> list[Node]:
        """Return the values that have a byte in common with a range."""
        overlapping: list[Node] = []
        for order, rows in self._spaces.get(span.space, {}).items():
            at = bisect_left(rows, (span.start - (1 << order),))
            while at < len(rows) and rows[at][0] < span.stop:
                start, stop, _, value = rows[at]
                if max(start, span.start) < min(stop, span.stop):
                    overlapping.append(value)
                at += 1
        return overlapping


def _order(span: Span) -> int:
    return (span.stop - span.start).bit_length()


def _row(value: Node, span: Span) -> tuple[int, int, int, Node]:
    return (span.start, span.stop, value.serial, value)
