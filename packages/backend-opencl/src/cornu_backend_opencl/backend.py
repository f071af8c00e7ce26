"""The OpenCL backend."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from cornu_backend_opencl.codegen.operations import NATIVE
from cornu_backend_opencl.codegen.schedule import Schedule
from cornu_backend_opencl.codegen.source import write_source
from cornu_backend_opencl.device.choice import Device, choose, devices
from cornu_backend_opencl.device.probe import lines_about, usable
from cornu_backend_opencl.device.session import Session
from cornu_backend_opencl.device.tuned import kind_of, narrowed
from cornu_backend_opencl.executable import OpenCLExecutable
from cornu_backend_opencl.settings import is_strict, limits, wanted_device
from cornu_backend_opencl.tuning import tune
from cornu_engine.backend import Availability, Backend
from cornu_engine.errors import BackendError
from cornu_engine.graph import Node
from cornu_engine.instructions import Steps
from cornu_engine.program import Program
from cornu_lowering.fusion import fuse

MOST = 2**31 - 1  # numbers of a value: kernels count them in C's int

_sessions: dict[str, Session] = {}
_lock = threading.Lock()


def session_of(wanted: str | None = None) -> Session:
    """Return the session of a device; one per device and process."""
    device = choose(wanted)
    with _lock:
        if device.place not in _sessions:
            _sessions[device.place] = Session(device)
        return _sessions[device.place]


def values_of(plan: Steps) -> Iterator[Node]:
    """Yield what the instructions of a plan read and make, those inside loops too."""
    for instruction in plan.instructions:
        yield from (*instruction.inputs, *instruction.outputs)
        if instruction.body is not None:
            yield from values_of(instruction.body)


class OpenCLBackend(Backend):
    """Runs programs as OpenCL C on the device that `CORNU_OPENCL_DEVICE` names.

    Parameters
    ----------
    device : str, optional
        gpu, cpu, platform:device or part of a name, instead of what the environment says.
    schedule : Schedule, optional
        How programs are written, instead of the way that suits the device.
    strict : bool, optional
        Round every operation as NumPy does, instead of what `CORNU_OPENCL_STRICT` says.
    """

    name = "opencl"
    lowers: Mapping[str, Any] = dict.fromkeys(NATIVE)

    def __init__(
        self,
        device: str | None = None,
        schedule: Schedule | None = None,
        strict: bool | None = None,
    ) -> None:
        self._device, self._schedule, self._strict = device, schedule, strict
        self._used: Session | None = None
        self._narrowed = Schedule()

    @property
    def session(self) -> Session:
        """The device's queue and memory, opened when first asked for."""
        if self._used is None:
            wanted = self._device or wanted_device()
            device = choose(wanted)
            lanes = usable(device, self._kind(device)).lanes
            self._used = session_of(wanted)
            self._narrowed = narrowed(self._schedule or self._used.schedule, lanes)
        return self._used

    def _kind(self, device: Device) -> str:
        return kind_of(device) if self._schedule is None else self._schedule.kind

    def available(self) -> Availability:
        """Tell whether there is a device that computes rightly, and the one that was asked for."""
        try:
            device = choose(self._device or wanted_device())
            usable(device, self._kind(device))
        except BackendError as error:
            return Availability(False, str(error))
        return Availability(True)

    def settings(self) -> tuple[Any, ...]:
        """Return the name, the device, and how programs are written for it."""
        written = (self.written_for, self._rounds_as_numpy, limits.values())
        return (self.name, self.session.device.place, *written)

    @property
    def written_for(self) -> Schedule:
        """How programs are written: as the device computes rightly, whatever was asked for."""
        _ = self.session
        return narrowed(self._narrowed, limits.lanes)

    @property
    def _rounds_as_numpy(self) -> bool:
        return is_strict() if self._strict is None else self._strict

    def compile(self, program: Program) -> OpenCLExecutable:
        """Return the program as a callable.

        Raises
        ------
        BackendError
            If the device does not compute in a dtype of the program, or a value is too large.
        """
        session = self.session
        schedule = self.written_for
        grouped = partial(fuse, longest=limits.fused)
        plan = program.plan(self.lowers, grouped, grouped)
        values = list(values_of(plan))
        if not session.device.has_float64 and any(v.dtype == np.float64 for v in values):
            raise BackendError(
                f"{session.device.name} does not compute in float64, which the program "
                f"{program.name!r} does. Use float32 (cornu.set_floatx('float32'), and data cast "
                "to it), or another device."
            )
        for value in values:
            if value.size > MOST:
                raise BackendError(
                    f"A value of the program {program.name!r} has more numbers than the OpenCL "
                    f"backend can count ({MOST:,}): {value}. Use a smaller batch."
                )
        written = write_source(plan, schedule, self._rounds_as_numpy)
        return OpenCLExecutable(program, plan, written, session, schedule)

    def devices(self, test: bool = True) -> Iterator[str]:
        """Yield a line for each device of this machine, with what a test of it finds."""
        there = devices(again=test)
        chosen = choose(self._device or wanted_device(), there)
        for device in there:
            mark = "*" if device.place == chosen.place else " "
            yield f"{mark} {device}, {device.version}"
            if test:
                yield from lines_about(device, kind_of(device))

    def tune(self) -> Iterator[str]:
        """Search for the best tiles on the device, and keep them; yield what happens."""
        return tune(self)

    def synchronize(self) -> None:
        """Wait until all work that was handed to the device is done."""
        if self._used is not None:
            self._used.check()
            self._used.queue.finish()
