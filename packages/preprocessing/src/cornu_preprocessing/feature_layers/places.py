"""Where integers stand in a list of different ones: in arrays, and within a model."""

from __future__ import annotations

from typing import Any

import numpy as np

import cornu_ops as ops
from cornu_engine.graph import Node

__all__ = ["Places"]

_DENSE = 1 << 12  # integers of a range so long are looked up in a table of it


class Places:
    """The places of integers in a list.

    Parameters
    ----------
    tokens : sequence of int
        Each once.

    Examples
    --------
    >>> known, place = Places([12, -3]).find(np.array([-3, 5, 12]))
    >>> known.tolist(), place[known].tolist()
    ([True, False, True], [1, 0])
    """

    def __init__(self, tokens: Any) -> None:
        listed = np.array(tokens, "int64")
        self.order = np.argsort(listed)
        self.sorted = listed[self.order]
        self.table: np.ndarray | None = None
        if len(listed) and self._span() < max(_DENSE, 4 * len(listed)):
            self.table = np.full(self._span() + 1, -1, "int64")
            self.table[listed - self.sorted[0]] = np.arange(len(listed))

    def _span(self) -> int:
        return int(self.sorted[-1]) - int(self.sorted[0])

    def find(self, inputs: Any) -> tuple[Any, Any]:
        """Return which integers are in the list, and the places of those.

        Parameters
        ----------
        inputs : array or traced value of int
        """
        x = ops.cast(inputs, "int64")
        if self.table is not None:
            inside = ops.logical_and(x >= self.sorted[0], x <= self.sorted[-1])
            place = ops.take(self.table, ops.where(inside, x - self.sorted[0], 0))
            return ops.logical_and(inside, place >= 0), place
        search = ops.searchsorted if isinstance(x, Node) else np.searchsorted
        index = ops.minimum(search(self.sorted, x), len(self.sorted) - 1)
        return ops.equal(ops.take(self.sorted, index), x), ops.take(self.order, index)
