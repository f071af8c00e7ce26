"""The device in use: its queue, the state of programs, and the programs it has built."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from typing import Any

from cornu_backend_opencl.codegen.schedule import Schedule
from cornu_backend_opencl.device.choice import Device
from cornu_backend_opencl.device.heap import Heap
from cornu_backend_opencl.device.probe import find
from cornu_backend_opencl.device.queue import Queue
from cornu_backend_opencl.device.tuned import kind_of, schedule_of
from cornu_backend_opencl.settings import limits
from cornu_engine.errors import BackendError


class Session(Queue):
    """Everything that belongs to one device in this process.

    Parameters
    ----------
    device : Device

    Attributes
    ----------
    heap : Heap
        The state of programs.
    schedule : Schedule
        How programs are written for the device.
    """

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        self.heap = Heap(self)
        kind = kind_of(device)
        self.schedule: Schedule = schedule_of(device, kind, find(device, kind).lanes or 1)
        self._built: OrderedDict[tuple[str, ...], Any] = OrderedDict()

    def build(self, text: str) -> Any:
        """Return the built program of a source; equal sources are built once.

        Raises
        ------
        BackendError
            With the compiler's words, where it refuses.
        """
        self.check()
        with self.lock:
            options = ["-cl-std=CL1.2", "-w"]
            options += [] if limits.optimised else ["-cl-opt-disable"]
            key = (text, *options)
            if key not in self._built:
                try:
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore")
                        program = self.cl.Program(self.context, text)
                        self._built[key] = program.build(options=options, cache_dir=self._cache())
                except self.cl.Error as error:
                    raise BackendError(
                        f"{self.device.name} cannot compile the program:\n{error}"
                    ) from error
                while len(self._built) > limits.kept:
                    self._built.popitem(last=False)
            self._built.move_to_end(key)
            return self._built[key]

    def _cache(self) -> Any:
        """PoCL keeps what it built by itself, and faster."""
        return (
            False
            if "pocl" in self.device.platform.lower() or "Portable" in self.device.platform
            else None
        )
