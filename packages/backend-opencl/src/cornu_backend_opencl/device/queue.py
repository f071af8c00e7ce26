"""A device's one in-order queue, and its memory."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu_backend_opencl.device.choice import Device
from cornu_backend_opencl.settings import limits
from cornu_engine.errors import BackendError

SLACK = 256  # bytes after a buffer: vectors may be read past the end of what it holds


class Queue:
    """What moves numbers to a device and back.

    Parameters
    ----------
    device : Device

    Attributes
    ----------
    lock : threading.RLock
        Held while a program is put into the queue.
    """

    def __init__(self, device: Device) -> None:
        import pyopencl as cl
        from pyopencl import tools

        self.cl, self.device = cl, device
        self.process = os.getpid()
        self.lock = threading.RLock()
        self.context = cl.Context([device.handle])
        self.queue = cl.CommandQueue(self.context)
        self.pool = tools.MemoryPool(tools.ImmediateAllocator(self.queue))

    def check(self) -> None:
        """Refuse to work in a forked process: the driver's threads did not come along.

        Raises
        ------
        BackendError
            In a child of the process that opened the device.
        """
        if os.getpid() != self.process:
            raise BackendError(
                "This process was forked from one that uses an OpenCL device, and drivers do not "
                "survive that. Start processes with the method 'spawn': "
                "multiprocessing.get_context('spawn'), or set_start_method('spawn')."
            )

    def allocate(self, size: int, purpose: str) -> Any:
        """Return a buffer.

        Raises
        ------
        BackendError
            If the device has no room for it.
        """
        self.check()
        limit = self.device.handle.max_mem_alloc_size
        if size <= limit:
            try:
                buffer = self.pool.allocate(size + SLACK)
                if limits.dirty:
                    fill = np.uint8(255)
                    self.cl.enqueue_fill_buffer(self.queue, buffer, fill, 0, buffer.size)
                return buffer
            except (self.cl.MemoryError, self.cl.RuntimeError, MemoryError):
                pass
        total = self.device.handle.global_mem_size
        raise BackendError(
            f"{self.device.name} has no room for {purpose}: {size / 1e6:,.1f} MB are wanted; one "
            f"buffer can have {limit / 1e6:,.1f} MB, the device has {total / 1e6:,.1f} MB. Use a "
            "smaller batch, a smaller model, or another device."
        )

    def upload(self, buffer: Any, array: np.ndarray, offset: int = 0) -> Any:
        """Queue a copy to the device; the array must stay until it is done."""
        return self.cl.enqueue_copy(self.queue, buffer, array, dst_offset=offset, is_blocking=False)

    def download(self, array: np.ndarray, buffer: Any, offset: int = 0) -> Any:
        """Queue a copy from the device."""
        return self.cl.enqueue_copy(self.queue, array, buffer, src_offset=offset, is_blocking=False)

    def wait(self, events: Sequence[Any]) -> None:
        """Wait until some copies are done."""
        if events:
            self.cl.wait_for_events(list(events))
