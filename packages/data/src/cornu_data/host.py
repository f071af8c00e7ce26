"""Batches of models with a host stage: a step is found by them, and by what is made of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cornu_data.arrays import ArrayBatches
from cornu_data.source import Select, ValueSpec
from cornu_data.text import TEXT, is_text
from cornu_engine import tree

__all__ = ["HostArrays", "HostSpec", "host_spec", "load_on_host"]


@dataclass(frozen=True)
class HostSpec(ValueSpec):
    """What is known of an array of a batch, and the array: the host stage computes with it."""

    values: Any = field(default=None, compare=False, repr=False)


def host_spec(batch: Any) -> Any:
    """Return the specs of a batch, with its arrays.

    Examples
    --------
    >>> host_spec((np.array(["a"]), np.zeros(1)))
    (HostSpec(shape=(1,), dtype='string'), HostSpec(shape=(1,), dtype=dtype('float64')))
    """
    return tree.map_structure(
        lambda a: None if a is None else HostSpec(a.shape, TEXT if is_text(a) else a.dtype, a),
        batch,
    )


def load_on_host(batch: Any, select: Select) -> Any:
    """Find the step of a batch, fill its buffers with the numbers, and return that step."""
    bound = select(host_spec(batch))
    bound.check(batch)
    numbers = [a for a in tree.flatten(batch) if a is not None and not is_text(a)]
    for array, buffer in zip([*numbers, *(bound.fed or ())], bound.buffers, strict=True):
        np.copyto(buffer, array)
    return bound


class HostArrays(ArrayBatches):
    """Rows of arrays, text among them, in order or shuffled."""

    def load(self, token: Any, select: Select) -> Any:
        """Take the rows, and fill the buffers of their step."""
        return load_on_host(self._rows(token), select)

    def prepare(self, build: Callable[[Any], Any]) -> None:
        """Call `build` with the first batch."""
        build(host_spec(self._rows((0, self.batch_size))))

    def try_out(self, select: Select) -> None:
        """Compile the step of the first batch, and check that batch."""
        batch = self._rows((0, self.batch_size))
        select(host_spec(batch)).check(batch)

    def _rows(self, token: Any) -> Any:
        rows = slice(*token) if type(token) is tuple else token
        return tree.map_structure(lambda a: None if a is None else np.asarray(a[rows]), self.data)
