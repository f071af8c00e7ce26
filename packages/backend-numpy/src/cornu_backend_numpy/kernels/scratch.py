"""Memory that kernels use within one call and that nothing outlives."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from cornu_backend_numpy.settings import limits
from cornu_engine.settings import limits as core_limits

DIRT = 0xFF  # of these bytes are NaN of every kind, -1, and a truth value that is neither


def aligned_bytes(size: int) -> np.ndarray:
    """Return uninitialised bytes that start on a cache line."""
    line = core_limits.aligned
    raw = np.empty(size + line, np.uint8)
    start = -raw.ctypes.data % line
    if limits.dirty:
        raw.fill(DIRT)
    return raw[start : start + size]


def empty(shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """Return an uninitialised array."""
    return aligned_bytes(prod(shape) * np.dtype(dtype).itemsize).view(dtype).reshape(shape)


class Scratch:
    """A block of memory that all kernels of one thread take turns in.

    Parameters
    ----------
    size : int, optional
        Bytes. What does not fit gets memory of its own.

    Examples
    --------
    >>> scratch = Scratch(1024)
    >>> a, b = scratch.arrays(((2, 3), "float32"), ((4,), "float32"))
    >>> a.shape, b.shape, scratch.memory
    ((2, 3), (4,), 128)
    """

    def __init__(self, size: int | None = None) -> None:
        self._size = limits.scratch if size is None else size
        self._block: np.ndarray | None = None
        self._padded: dict[Any, np.ndarray] = {}
        self._shared: dict[Any, list[np.ndarray]] = {}
        self._own = self._used = 0  # bytes beside the block, and from its start
        self._beside: Scratch | None = None

    @property
    def beside(self) -> Scratch:
        """A second scratch, for what is needed at the same time."""
        if self._beside is None:
            self._beside = Scratch(self._size)
        return self._beside

    @property
    def memory(self) -> int:
        """Bytes in use: what of the block is never handed out is never touched, and takes none."""
        return self._own + self._used + (self._beside.memory if self._beside else 0)

    def arrays(self, *wanted: tuple[tuple[int, ...], Any]) -> list[np.ndarray]:
        """Return uninitialised arrays, distinct from one another only."""
        line = core_limits.aligned
        sizes = [
            -(-prod(shape) * np.dtype(dtype).itemsize // line) * line for shape, dtype in wanted
        ]
        total = sum(sizes)
        if total <= self._size:
            if self._block is None:
                self._block = aligned_bytes(self._size)
            block, self._used = self._block, max(self._used, total)
        else:
            block = self._new(total)
        found, offset = [], 0
        for (shape, dtype), size in zip(wanted, sizes, strict=True):
            used = prod(shape) * np.dtype(dtype).itemsize
            found.append(block[offset : offset + used].view(dtype).reshape(shape))
            offset += size
        return found

    def shared(self, *wanted: tuple[tuple[int, ...], Any]) -> list[np.ndarray]:
        """Return arrays distinct from all others, which calls with the same arguments share."""
        key = tuple((shape, np.dtype(dtype).str) for shape, dtype in wanted)
        found = self._shared.get(key)
        if found is None:
            found = self._shared[key] = [self.own(*each) for each in wanted]
        return found

    def own(self, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
        """Return an array that nothing else uses."""
        return self._new(prod(shape) * np.dtype(dtype).itemsize).view(dtype).reshape(shape)

    def bordered(
        self, shape: tuple[int, ...], inner: tuple[slice, ...], dtype: Any, value: float = 0.0
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return an array filled with `value`, and its region `inner`: all that may be written.

        Calls with the same arguments share one array, so its border is filled once.
        """
        key = (shape, tuple((s.start, s.stop, s.step) for s in inner), np.dtype(dtype).str, value)
        found = self._padded.get(key)
        if found is None:
            found = self.own(shape, dtype)
            found.fill(value)
            self._padded[key] = found
        return found, found[inner]

    def _new(self, size: int) -> np.ndarray:
        self._own += size
        return aligned_bytes(size)
