"""A compiled program on the device."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from cornu_backend_opencl.codegen.schedule import Schedule
from cornu_backend_opencl.codegen.source import Launch, Queued, Written, without_names
from cornu_backend_opencl.device.session import Session
from cornu_backend_opencl.settings import limits
from cornu_engine.backend import Executable
from cornu_engine.errors import BackendError, ShapeError
from cornu_engine.plan import Plan
from cornu_engine.program import Program


class Staging:
    """Host memory from which a batch is copied to the device while the next one is prepared."""

    def __init__(self, plan: Plan, written: Written) -> None:
        self.block = np.zeros(max(written.input_bytes, 1), np.uint8)
        self.arrays = [
            self.block[start : start + node.nbytes].view(node.dtype).reshape(node.shape)
            for start, node in zip(written.inputs, plan.inputs, strict=True)
        ]
        self.sent: Any = None


class OpenCLExecutable(Executable):
    """A program as OpenCL kernels in the session's queue.

    Nothing waits for the device but the reading of results: steps without results are queued, at
    most a few ahead.

    Parameters
    ----------
    program : Program
    plan : Plan
    written : Written
        Its source.
    session : Session
    schedule : Schedule
        That it is written for.
    """

    suffix = ".cl"

    def __init__(
        self,
        program: Program,
        plan: Plan,
        written: Written,
        session: Session,
        schedule: Schedule,
    ) -> None:
        self.program, self.plan, self._written, self._session = program, plan, written, session
        self._schedule = schedule
        self.source = written.text
        self._ready = False
        self._turn = 0
        self._generation = -1
        self._table: tuple[int, ...] = ()
        self._updated = tuple(program.updates)

    @property
    def memory(self) -> int:
        """Bytes of temporaries of one run, weights and inputs not counted."""
        return self._written.memory

    def with_variables(self, program: Program, mapping: Mapping[Any, Any]) -> OpenCLExecutable:
        """Return the same code for `program`, which is its own over other variables."""
        state = tuple(mapping[variable] for variable in self._written.state)
        written = replace(self._written, state=state)
        plan = self.plan.with_variables(mapping)
        return type(self)(program, plan, written, self._session, self._schedule)

    def __call__(self, *inputs: Any) -> list[np.ndarray]:
        """Run the program: state is updated in place, the results are the caller's own arrays.

        Raises
        ------
        ShapeError
            For an input of another shape than the program was compiled for.
        """
        nodes = self.plan.inputs
        if len(inputs) != len(nodes):
            raise TypeError(f"{self.program.name} takes {len(nodes)} inputs, got {len(inputs)}.")
        for node, value in zip(nodes, inputs, strict=True):
            if np.shape(value) != node.shape:
                raise ShapeError(
                    f"{self.program.name} was compiled for an input of shape {node.shape}, got "
                    f"{np.shape(value)}."
                )
        session = self._session
        session.check()
        with session.lock:
            if not self._ready:
                self._prepare()
            self._send(inputs)
            self._send_state()
            for variable in self._updated:  # first: somebody may interrupt what follows
                session.heap.written(variable)
            for run in self._steps:
                run()
            results, events = self._read()
            session.queue.flush()
        session.wait(events)
        return results

    def run_kernels(self) -> None:
        """Run the kernels alone on what the device holds, and wait: what a timing measures."""
        with self._session.lock:
            for run in self._steps:
                run()
            self._session.queue.finish()

    # ---- before the first run --------------------------------------------------------------------

    def _prepare(self) -> None:
        """Build the kernels and take memory, when the program first runs."""
        session, written = self._session, self._written
        self._program = session.build(without_names(written.text))
        try:
            self._memory = session.allocate(
                written.memory, f"the temporaries of {self.program.name!r}"
            )
        except BackendError as error:
            raise BackendError(f"{error}\n{self._figures()}") from error
        self._inputs = session.allocate(written.input_bytes, f"the inputs of {self.program.name!r}")
        self._constants = session.allocate(written.constant_bytes, "constants")
        self._places = session.allocate(8 * max(1, len(written.state)), "the table of variables")
        block = np.zeros(max(written.constant_bytes, 1), np.uint8)
        for start, value in written.constants:
            block[start : start + value.nbytes] = value.reshape(-1).view(np.uint8)
        session.upload(self._constants, block).wait()
        self._staging = [Staging(self.plan, written) for _ in range(limits.ahead)]
        self._buffers = {"M": self._memory, "X": self._inputs, "K": self._constants}
        self._ready = True

    def _figures(self) -> str:
        sizes = sorted(
            ((n.nbytes, i) for i in self.plan.instructions for n in i.outputs), key=lambda s: -s[0]
        )
        largest = "; ".join(
            f"{i.node.scope or 'top level'} {i.op} {i.outputs[0].shape} {size / 1e6:,.1f} MB"
            for size, i in sizes[:5]
        )
        return (
            f"The program {self.program.name!r} wants {self._written.memory / 1e6:,.1f} MB at its "
            f"peak. Its largest values: {largest}."
        )

    # ---- each run --------------------------------------------------------------------------------

    def _send(self, inputs: tuple[Any, ...]) -> None:
        if not inputs:
            return
        staging = self._staging[self._turn]
        self._turn = (self._turn + 1) % len(self._staging)
        if staging.sent is not None:
            staging.sent.wait()
        for target, value in zip(staging.arrays, inputs, strict=True):
            np.copyto(target, value, casting="unsafe")
        staging.sent = self._session.upload(self._inputs, staging.block)

    def _send_state(self) -> None:
        heap, state = self._session.heap, self._written.state
        places = tuple(heap.place(variable).offset for variable in state)
        for variable in state:
            heap.send(variable)
        if places != self._table:
            self._numbers = np.array(places or (0,), np.int64)
            self._session.upload(self._places, self._numbers)
            self._table = places
        if self._generation != heap.generation:
            self._generation = heap.generation
            self._buffers["H"] = heap.buffer
            self._steps = [run for step in self._written.steps for run in self._bind(step)]

    def _bind(self, step: Launch | Queued) -> Iterable[Any]:
        """Return callables that queue one step, arguments set."""
        if isinstance(step, Queued):
            yield self._loop(step, [0] * self._written.depth)
            return
        cl, queue = self._session.cl, self._session.queue
        kernel, size, local = self._kernel(step)

        def run() -> None:
            cl.enqueue_nd_range_kernel(queue, kernel, size, local)

        yield run

    def _kernel(self, launch: Launch) -> tuple[Any, tuple[int], tuple[int] | None]:
        cl = self._session.cl
        heap = self._buffers["H"]
        if heap is None:  # no program of this device has state so far
            heap = self._places
        depth = self._written.depth
        kernel = cl.Kernel(self._program, without_names(self._written.kernels[launch.first]))
        arguments = [self._memory, self._inputs, self._constants, heap, self._places]
        arguments += [np.int32(0)] * depth
        if self._schedule.is_gpu:
            kernel.set_args(*arguments)
            local = launch.local
            size = launch.size
            if local is None:
                local = min(64, size)
                size = -(-size // local) * local
            return kernel, (size,), (local,)
        kernel.set_args(*arguments, np.int32(launch.first), np.int32(launch.last))
        return kernel, (launch.size,), (1,)

    def _loop(self, queued: Queued, at: list[int]) -> Callable[[], None]:
        """Return a callable that queues all steps of a loop."""
        cl, queue = self._session.cl, self._session.queue
        first = 5  # the number of the argument that counts steps

        def queue_kernel(launch: Launch) -> Callable[[], None]:
            kernel, size, local = self._kernel(launch)

            def run() -> None:
                for depth in range(queued.depth + 1):
                    kernel.set_arg(first + depth, np.int32(at[depth]))
                cl.enqueue_nd_range_kernel(queue, kernel, size, local)

            return run

        runs = [
            self._loop(step, at) if isinstance(step, Queued) else queue_kernel(step)
            for step in queued.steps
        ]
        steps = range(queued.length)
        order = list(reversed(steps)) if queued.reverse else list(steps)

        def run() -> None:
            for t in order:
                at[queued.depth] = t
                for each in runs:
                    each()

        return run

    def _read(self) -> tuple[list[np.ndarray], list[Any]]:
        results, events = [], []
        for result in self._written.results:
            array = np.empty(result.node.shape, result.node.dtype)
            base, offset = result.base, result.offset
            if base.startswith("H"):
                offset += self._table[int(base.partition("[")[2].rstrip("]"))]
                base = "H"
            if array.nbytes:
                events.append(self._session.download(array, self._buffers[base], offset))
            results.append(array)
        return results, events
