"""The two schedules: how work is cut for a CPU device, and how for a GPU."""

from __future__ import annotations

from dataclasses import dataclass

from cornu_backend_opencl.codegen.prelude import LANES

SHARE = 24_000  # operations on elements that are worth a launch of their own on a CPU
WAVE = 64  # work-items that a GPU runs side by side, at least


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
    """

    kind: str = "cpu"
    units: int = 2
    tile: tuple[int, int] = (14, 32)
    registers: int = 8
    group: int = 64

    @property
    def is_gpu(self) -> bool:
        """Whether work-items are many and small."""
        return self.kind == "gpu"

    @property
    def width(self) -> int:
        """Lanes of the C vectors of elementwise work."""
        return 1 if self.is_gpu else LANES

    def parts(self, work: int, elements: int) -> int:
        """Return how many shares (CPU) or work-items (GPU) work over elements is cut into."""
        if self.is_gpu:
            most = self.units * 32 * WAVE
            return max(WAVE, min(most, -(-elements // WAVE) * WAVE))
        if work < SHARE:
            return 1
        return max(1, min(4 * self.units, work // (SHARE // 2)))
