"""The two schedules: how work is cut for a CPU device, and how for a GPU."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu_backend_opencl.codegen.lanes import Lanes
from cornu_backend_opencl.settings import limits


@dataclass(frozen=True)
class Schedule:
    """How programs are written for a device.

    Attributes
    ----------
    kind : {"cpu", "gpu"}
        On a CPU a unit is cut into a few long shares of vectors, without barriers, and all units
        are one kernel; on a GPU each unit is a kernel of many work-items.
    units : int
        Compute units of the device.
    tile : tuple of (int, int)
        Rows and columns of a tile of a matrix product in the registers of a core (CPU).
    registers : int
        Rows and columns that one work-item holds of it, at most (GPU).
    group : int
        Work-items that fold a reduction together (GPU).
    lanes : {16, 8, 4, 1}
        Of the vectors that are computed on (CPU).
    """

    kind: str = "cpu"
    units: int = 2
    tile: tuple[int, int] = (14, 32)
    registers: int = 8
    group: int = 64
    lanes: int = 16

    @property
    def is_gpu(self) -> bool:
        """Whether work-items are many and small."""
        return self.kind == "gpu"

    def lanes_of(self, *dtypes: Any) -> Lanes:
        """Return the lanes on which values of some dtypes are computed together.

        Sixteen hold any number, and the compiler splits them over registers as it likes. Fewer are
        meant to fit into one: of numbers of 8 bytes half as many do.

        Examples
        --------
        >>> [Schedule(lanes=n).lanes_of("float32", "float64").count for n in (16, 8, 1)]
        [16, 4, 1]
        """
        if self.is_gpu:
            return Lanes(1)
        wide = any(np.dtype(d).itemsize > 4 for d in dtypes)
        return Lanes(max(1, self.lanes // 2) if wide and self.lanes < 16 else self.lanes)

    def parts(self, work: int, elements: int) -> int:
        """Return how many shares (CPU) or work-items (GPU) work over elements is cut into."""
        wave, share = limits.wave, limits.share
        if self.is_gpu:
            most = self.units * 32 * wave
            return max(wave, min(most, -(-elements // wave) * wave))
        if work < share:
            return 1
        return max(1, min(4 * self.units, work // max(1, share // 2)))
