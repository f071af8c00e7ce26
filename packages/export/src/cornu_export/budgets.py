"""How much a loaded program may take, for a file of so many bytes and inputs of some sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cornu_engine.budget import Budget
from cornu_engine.cost import CALL
from cornu_engine.shapes import product
from cornu_export.describe import InputSpec, free_axes

MEMORY = 512 << 20  # bytes that any program may take
WORK = 20_000_000_000  # operations that any program may take: seconds, not minutes
OPERATIONS = 12_000  # instructions that any program may have: compiled in seconds
_TIMES = 256  # bytes of temporaries for each byte of the file or of the inputs
_MEETINGS = 4  # how often each byte of the file meets each number of the inputs


@dataclass(frozen=True)
class Allowance:
    """What decides how much a program may take.

    Attributes
    ----------
    file_bytes : int
        On the disk, so that a file which unpacks to zeros earns nothing.
    max_memory, max_work : int or None
        What the user allows instead.
    """

    file_bytes: int
    max_memory: int | None = None
    max_work: int | None = None

    def __post_init__(self) -> None:
        for name in ("max_memory", "max_work"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or int(value) < 0):
                raise ValueError(f"{name} is a number from 0 on; got {value!r}.")

    def at(self, inputs: Sequence[InputSpec], sizes: Sequence[int], times: int = 1) -> Budget:
        """Return the budget for inputs of these sizes.

        Temporaries grow with the weights and with what comes in; a product takes each weight
        together with each number that comes in, attention each of these with each other.

        Parameters
        ----------
        inputs : sequence of InputSpec
        sizes : sequence of int
            Of the free axes.
        times : int
            By how much the least that is allowed is raised.

        Examples
        --------
        >>> at = Allowance(1000).at([InputSpec("x", (None, 3), "float32")], (2,))
        >>> at.memory == MEMORY, at.work == WORK
        (True, True)
        """
        free = free_axes(inputs)
        numbers, size = 0, 0
        for i, spec in enumerate(inputs):
            shape = (sizes[free[i, a]] if n is None else n for a, n in enumerate(spec.shape))
            count = product(shape)
            numbers += count
            size += count * np.dtype(spec.dtype).itemsize
        memory = max(MEMORY * times, _TIMES * (self.file_bytes + size))
        work = max(WORK * times, _MEETINGS * (self.file_bytes + numbers) * numbers)
        return Budget(
            memory if self.max_memory is None else self.max_memory * times,
            work if self.max_work is None else self.max_work * times,
            max(OPERATIONS, (self.max_work or 0) // CALL),
        )
