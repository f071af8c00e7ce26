"""A compiled program: its table, and for every thread that calls it memory of its own."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from cornu_backend_native.library import Library, Run
from cornu_backend_native.lower.frame import LINE
from cornu_backend_native.lower.program import Lowered
from cornu_backend_native.lower.rows import Table
from cornu_backend_native.profile import profile_text
from cornu_backend_native.settings import limits
from cornu_engine.backend import Executable
from cornu_engine.errors import ShapeError
from cornu_engine.plan import Plan
from cornu_engine.program import Program
from cornu_engine.variable import Storage, Variable, wrote

DIRT = 0xFF  # of these bytes are NaN of every kind, -1, and a truth value that is neither
COPIED = 8192  # bytes up to which a copy costs less than to ask an array for its address
PROFILED = 5  # runs


def aligned_bytes(size: int) -> np.ndarray:
    """Return uninitialised bytes that start on a line of the cache."""
    raw = np.empty(size + LINE, np.uint8)
    start = -raw.ctypes.data % LINE
    if limits.dirty:
        raw.fill(DIRT)
    return raw[start : start + size]


class Kept:
    """What a program makes of weights, until they change: one for all its threads.

    Parameters
    ----------
    size : int
        Bytes.
    variables : sequence of Variable
        The program's.
    """

    def __init__(self, size: int, variables: Sequence[Variable]) -> None:
        self.size = size
        self.memory: np.ndarray | None = None
        self._variables = variables
        self._made_of: list[object] | None = None
        self._seen: object = self  # unlike all that is written
        self._lock = threading.Lock()

    def keep_up(self, make: Callable[[], None]) -> None:
        """Call `make` where a weight has been written since it was called last."""
        now = Storage.written
        if now is self._seen:
            return
        with self._lock:
            made_of = [(v if v.arena is None else v.arena).written for v in self._variables]
            if made_of != self._made_of or limits.dirty:
                make()
            self._made_of, self._seen = made_of, now


class Bound:
    """The program bound to memory of its own: what does not move has its address written once."""

    def __init__(
        self, lowered: Lowered, plan: Plan, library: Library, threads: int, kept: Kept
    ) -> None:
        table = lowered.table
        self._places = {name: i for i, name in enumerate(table.bases)}
        self._bases = (ctypes.c_void_p * max(1, len(table.bases)))()
        self.memory = aligned_bytes(lowered.memory)
        scratch = max(table.scratch, lowered.first_table.scratch)
        self.scratch = aligned_bytes(-(-scratch // LINE) * LINE * threads)
        self.inputs = [np.zeros(n.shape, n.dtype) for n in plan.inputs]
        self.results = [
            np.empty(n.shape, n.dtype) if n.nbytes <= COPIED else None for n in lowered.outputs
        ]
        self._constants = aligned_bytes(lowered.constants.size)
        self._constants[:] = lowered.constants
        self._state = [variable.array for variable in lowered.state]
        self._elsewhere: list[int] = []  # inputs that the last run read where the caller has them
        if kept.memory is None:
            kept.memory = aligned_bytes(kept.size)
        self.place("P", kept.memory)
        self.place("M", self.memory)
        self.place("K", self._constants)
        for letter, arrays in ("H", self._state), ("X", self.inputs), ("O", self.results):
            for i, array in enumerate(arrays):
                if array is not None:
                    self.place(f"{letter}{i}", array)
        self.first_run, self.first = self._call(lowered.first_table, library, threads)
        self.run, self.go = self._call(table, library, threads)

    def _call(self, table: Table, library: Library, threads: int) -> tuple[Run, Callable[[], None]]:
        """Return the state of the runs of a table, and what runs it."""
        run = Run(
            ctypes.addressof(self._bases),
            self.scratch.ctypes.data,
            self.scratch.size // threads,
            library.pool(threads),
        )
        words, size = ctypes.c_void_p(table.words.ctypes.data), ctypes.c_int64(table.words.size)
        return run, partial(library.run, words, size, ctypes.pointer(run))

    def place(self, name: str, array: np.ndarray) -> None:
        """Count addresses of a base from where an array lies."""
        if name in self._places:
            self._bases[self._places[name]] = array.ctypes.data

    def read_there(self, number: int, array: np.ndarray) -> None:
        """Read an input where it lies, in the next run."""
        self.place(f"X{number}", array)
        self._elsewhere.append(number)

    def read_here(self) -> None:
        """Read all inputs from memory of its own again."""
        while self._elsewhere:
            number = self._elsewhere.pop()
            self.place(f"X{number}", self.inputs[number])


class NativeExecutable(Executable):
    """A program as one call of the library.

    Parameters
    ----------
    program : Program
    plan : Plan
        Of the program, with all composites expanded that have no kernels.
    lowered : Lowered
    library : Library
    threads : int
    """

    suffix = ".c"

    def __init__(
        self, program: Program, plan: Plan, lowered: Lowered, library: Library, threads: int
    ) -> None:
        self.program, self.plan = program, plan
        self._lowered, self._library, self._threads = lowered, library, threads
        self._own = threading.local()
        self._kept = Kept(lowered.kept, lowered.state)
        self._updated = tuple(program.updates)

    @cached_property
    def source(self) -> str:  # type: ignore[override]  # mypy takes it for read-only
        """What runs, as C: see `lower/listing.py`."""
        return self._lowered.text

    @property
    def memory(self) -> int:
        """Bytes of temporaries of one run, weights and inputs not counted."""
        lowered = self._lowered
        return lowered.memory + lowered.kept + lowered.table.scratch * self._threads

    def with_variables(self, program: Program, mapping: Mapping[Any, Any]) -> NativeExecutable:
        """Return the same code for `program`, which is its own over other variables."""
        lowered = replace(self._lowered, state=tuple(mapping[v] for v in self._lowered.state))
        plan = self.plan.with_variables(mapping)
        return NativeExecutable(program, plan, lowered, self._library, self._threads)

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
        buffers = bound.inputs
        if len(inputs) != len(buffers):
            raise TypeError(f"{self.program.name} takes {len(buffers)} inputs, got {len(inputs)}.")
        bound.read_here()
        for number, value in enumerate(inputs):
            if value is not buffers[number]:
                self._take(bound, number, value)
        if Storage.homes:
            for variable in self._lowered.state:
                if variable.home is not None:  # a program of a device ran before
                    variable.home.release(variable)
                    wrote((variable,))
        results = []
        for number, result in enumerate(bound.results):
            if result is None:
                node = self._lowered.outputs[number]
                result = np.empty(node.shape, node.dtype)
                bound.place(f"O{number}", result)
            results.append(result)
        if limits.dirty:
            bound.memory.fill(DIRT)
        if self._kept.size:
            self._kept.keep_up(bound.first)
        bound.go()  # one call: no handler of a signal runs in the middle of it
        if self._updated:
            wrote(self._updated)
        own = bound.results
        return [r if own[i] is None else r.copy() for i, r in enumerate(results)]

    def profile(self, *inputs: Any) -> str:
        """Return a table of the rows of a run, with the milliseconds and the share of each.

        Each figure is the least of several runs; state is left as it was.
        """
        seconds = np.zeros(len(self._lowered.table.notes))
        best = np.full(seconds.shape, np.inf)
        bound = self._bound()
        before = [variable.array.copy() for variable in self._lowered.state]
        bound.run.seconds = seconds.ctypes.data
        try:
            for _ in range(PROFILED):
                seconds[:] = 0
                self(*inputs)
                best = np.minimum(best, seconds)
        finally:
            bound.run.seconds = None
            for variable, value in zip(self._lowered.state, before, strict=True):
                variable.write(value)
        return profile_text(self.program.name, self._lowered.table.notes, best)

    def _take(self, bound: Bound, number: int, value: Any) -> None:
        """Copy an input, or read a large one where it lies: no plan ever writes over an input."""
        buffer = bound.inputs[number]
        if np.shape(value) != buffer.shape:
            raise ShapeError(
                f"{self.program.name} was compiled for an input of shape {buffer.shape}, "
                f"got {np.shape(value)}."
            )
        if (
            buffer.nbytes > COPIED
            and not self.program.updates  # the input may be what is updated
            and isinstance(value, np.ndarray)
            and value.dtype == buffer.dtype
            and value.flags.c_contiguous
            and value.flags.aligned
        ):
            bound.read_there(number, value)
        else:
            np.copyto(buffer, value)

    def _bound(self) -> Bound:
        try:
            return self._own.bound
        except AttributeError:
            lowered, library = self._lowered, self._library
            bound = self._own.bound = Bound(lowered, self.plan, library, self._threads, self._kept)
            return bound
