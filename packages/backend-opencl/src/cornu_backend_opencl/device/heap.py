"""The memory on the device in which variables live between steps.

One buffer holds them all, so that a kernel needs one pointer and a table of places. The host's
arrays are refreshed when somebody reads them, and what the host may have written since is sent
before the next run.
"""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np

from cornu_backend_opencl.device.queue import Queue
from cornu_backend_opencl.settings import limits
from cornu_engine.variable import Storage, Variable


class Cell:
    """The place of one variable.

    Attributes
    ----------
    offset, size : int
    on_device, on_host : bool
        Which of the two holds the newest value; after a copy, both.
    """

    __slots__ = ("offset", "on_device", "on_host", "size")

    def __init__(self, offset: int, size: int) -> None:
        self.offset, self.size = offset, size
        self.on_device, self.on_host = False, True


class Heap:
    """Gives variables a home on the device.

    Parameters
    ----------
    queue : Queue
        Of the device.
    """

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self.buffer: Any = None
        self.size = 0
        self.generation = 0  # how often the buffer has moved
        self._cells: dict[int, Cell] = {}  # by identity, as long as the variable lives
        self._free: list[tuple[int, int]] = []
        self._top = 0

    def place(self, variable: Variable) -> Cell:
        """Return the place of a variable, which lives here from now on."""
        cell = self._cells.get(id(variable))
        if cell is None or variable.home is not self:
            array = variable.array  # from where it lived so far
            if cell is None:
                cell = self._allocate(max(array.nbytes, 1))
                self._cells[id(variable)] = cell
                weakref.finalize(variable, self._release, id(variable), cell.offset, cell.size)
            cell.on_host, cell.on_device = True, False
            variable.home = self
            Storage.homes += 1
        return cell

    def send(self, variable: Variable) -> None:
        """Bring the device up to date before a run reads it."""
        cell = self.place(variable)
        if not cell.on_device:
            array = np.ascontiguousarray(variable._storage)
            if array.nbytes:  # waited for: the host may write on while the queue works
                self.queue.upload(self.buffer, array, cell.offset).wait()
            cell.on_device = True

    def written(self, variable: Variable) -> None:
        """Note that a run leaves a new value on the device."""
        self._cells[id(variable)].on_host = False

    # ---- what a variable asks of its home --------------------------------------------------------

    def pull(self, variable: Variable) -> None:
        """Refresh the host's array: somebody is about to read it, or to write to it."""
        cell = self._cells.get(id(variable))
        if cell is None:
            return
        if not cell.on_host:
            self.queue.check()
            with self.queue.lock:
                target = variable._storage
                if target.nbytes:
                    fresh = np.empty(target.shape, target.dtype)
                    self.queue.download(fresh, self.buffer, cell.offset).wait()
                    target[...] = fresh
                cell.on_host = True
        cell.on_device = False  # the array is in the reader's hands, who may write to it

    def push(self, variable: Variable) -> None:
        """Note that the host has written its array."""
        cell = self._cells.get(id(variable))
        if cell is not None:
            cell.on_host, cell.on_device = True, False

    def release(self, variable: Variable) -> None:
        """Let a variable live on the host again."""
        self.pull(variable)
        variable.home = None

    # ---- space -----------------------------------------------------------------------------------

    def _allocate(self, size: int) -> Cell:
        size = -(-size // limits.aligned) * limits.aligned
        self._merge()
        for i, (offset, free) in enumerate(self._free):
            if free >= size:
                self._free[i : i + 1] = [(offset + size, free - size)] if free > size else []
                return Cell(offset, size)
        cell = Cell(self._top, size)
        if self._top + size > self.size:
            self._grow(self._top + size)
        self._top += size
        return cell

    def _merge(self) -> None:
        """Join free spans that lie side by side."""
        spans = [self._free.pop() for _ in range(len(self._free))]
        merged: list[tuple[int, int]] = []
        for start, length in sorted(spans):
            if merged and sum(merged[-1]) == start:
                merged[-1] = (merged[-1][0], merged[-1][1] + length)
            else:
                merged.append((start, length))
        self._free += merged

    def _grow(self, needed: int) -> None:
        old, used = self.buffer, self.size
        limit = self.queue.device.handle.max_mem_alloc_size
        size = max(needed, min(max(self.size * 3 // 2, limits.heap), limit))
        self.buffer = self.queue.allocate(size, "the weights and states of models")
        if old is not None:
            device = self.queue
            device.cl.enqueue_copy(device.queue, self.buffer, old, byte_count=used)
            device.queue.finish()
            del old
            device.pool.free_held()  # the pool would keep it, and nothing else is so large
        self.size = size
        self.generation += 1

    def _release(self, key: int, offset: int, size: int) -> None:
        # may run at any moment, in the middle of the methods above: nothing but an append is safe
        self._cells.pop(key, None)
        self._free.append((offset, size))

    def __deepcopy__(self, memo: dict[int, Any]) -> Heap:
        return self
