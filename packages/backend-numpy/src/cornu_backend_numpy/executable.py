"""A compiled program: its source, and for every thread that calls it a set of buffers."""

from __future__ import annotations

import contextlib
import itertools
import linecache
import threading
import weakref
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from cornu_backend_numpy.emit.source import write_source
from cornu_backend_numpy.kernels.scratch import DIRT, Scratch, aligned_bytes
from cornu_backend_numpy.rows.cost import calls_threads
from cornu_backend_numpy.rows.regions import Region
from cornu_backend_numpy.runtime import namespace
from cornu_backend_numpy.settings import limits
from cornu_backend_numpy.sharing import sharing
from cornu_backend_numpy.threads import Pool, pool
from cornu_engine.backend import Executable
from cornu_engine.errors import ShapeError
from cornu_engine.interrupt import StepGuard
from cornu_engine.plan import Plan
from cornu_engine.program import Program
from cornu_engine.sourcetext import one_line
from cornu_engine.variable import Storage, wrote

_COUNT = itertools.count(1)
_NOTHING = contextlib.nullcontext()


class Bound:
    """The program bound to buffers of its own."""

    __slots__ = ("inputs", "outputs", "scratches", "step")

    def __init__(
        self, bind: Callable[..., Any], plan: Plan, state: Any, constants: Any, threads: Pool
    ) -> None:
        self.scratches = [Scratch() for _ in range(threads.size)]
        self.inputs = [np.zeros(n.shape, n.dtype) for n in plan.inputs]
        memory = aligned_bytes(plan.memory)
        step, self.outputs = bind(memory, self.inputs, state, constants, self.scratches, threads)
        self.step = _after_dirt(memory, step) if limits.dirty else step


class NumpyExecutable(Executable):
    """A program as one flat Python function.

    Parameters
    ----------
    program : Program
    plan : Plan
        Of the program, with all composites expanded that have no native form.
    regions : dict of int to Region
        What the groups of the plan are.
    threads : int
        That its regions are cut for.
    """

    suffix = ".py"

    def __init__(
        self, program: Program, plan: Plan, regions: Mapping[int, Region], threads: int
    ) -> None:
        self.program, self.plan = program, plan
        written = write_source(plan, regions)
        self._pool = pool(threads)
        shares = any(r.parts > 1 for r in regions.values())
        self._around = sharing if shares or calls_threads(plan) else _NOTHING
        # state half updated, or threads that wait for one that has gone
        self._is_fragile = bool(program.updates) or self._around is not _NOTHING
        self.source = written.text
        self._state, self._constants = written.state, written.constants
        self._updated = tuple(program.updates)
        self._bind, filename = _compile(program.name, written.text)
        weakref.finalize(self._bind, linecache.cache.pop, filename, None)
        self._threads = threading.local()
        self._scratch_memory = 0

    @property
    def memory(self) -> int:
        """Bytes of temporaries of one run, weights and inputs not counted."""
        return self.plan.memory + self._scratch_memory

    def with_variables(self, program: Program, mapping: Mapping[Any, Any]) -> NumpyExecutable:
        """Return the same code for `program`, which is its own over other variables."""
        other: NumpyExecutable = object.__new__(type(self))
        vars(other).update(vars(self))
        other.program, other.plan = program, self.plan.with_variables(mapping)
        other._state = tuple(mapping[variable] for variable in self._state)
        other._updated = tuple(program.updates)
        other._threads = threading.local()
        other._scratch_memory = 0
        return other

    def input_buffers(self) -> list[np.ndarray]:
        """Return this thread's own input arrays: filled and passed, they are not copied."""
        return list(self._bound().inputs)

    def __call__(self, *inputs: Any) -> list[np.ndarray]:
        """Run the program: state is updated in place, the results are the caller's own arrays.

        Raises
        ------
        ShapeError
            For an input of another shape than the program was compiled for.
        """
        bound = self._bound()
        if len(inputs) != len(bound.inputs):
            raise TypeError(
                f"{self.program.name} takes {len(bound.inputs)} inputs, got {len(inputs)}."
            )
        for buffer, value in zip(bound.inputs, inputs):  # noqa: B905 - the lengths have been compared
            if buffer is not value:
                if np.shape(value) != buffer.shape:
                    raise ShapeError(
                        f"{self.program.name} was compiled for an input of shape {buffer.shape}, "
                        f"got {np.shape(value)}."
                    )
                np.copyto(buffer, value)
        if Storage.homes:
            for variable in self._state:
                if variable.home is not None:  # a program of a device ran before
                    variable.home.release(variable)
        if self._is_fragile and StepGuard.is_needed():
            with StepGuard() as guard:
                guard.inside = True
                self._run(bound)
                guard.inside = False
                if guard.pending:
                    guard.deliver()
        else:
            self._run(bound)
        return [output.copy() for output in bound.outputs]

    def _run(self, bound: Bound) -> None:
        with np.errstate(all="ignore"), self._around:
            bound.step()
        if self._updated:
            wrote(self._updated)

    def _bound(self) -> Bound:
        try:
            return self._threads.bound
        except AttributeError:
            state = [variable.array for variable in self._state]
            bound = self._threads.bound = Bound(
                self._bind, self.plan, state, self._constants, self._pool
            )
            self._scratch_memory = sum(s.memory for s in bound.scratches)
            return bound


def _after_dirt(memory: np.ndarray, step: Callable[[], None]) -> Callable[[], None]:
    """Return the step of a program that finds nothing of the step before in its memory."""

    def run() -> None:
        memory.fill(DIRT)
        step()

    return run


def _compile(name: str, text: str) -> tuple[Callable[..., Any], str]:
    """Compile source and leave it where tracebacks find it; return its function and file name."""
    filename = f"<cornu {one_line(name)} {next(_COUNT)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    names = namespace()
    exec(compile(text, filename, "exec"), names)
    return names["bind"], filename
