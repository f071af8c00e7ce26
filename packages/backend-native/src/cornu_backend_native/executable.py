"""A compiled program: its table, and for every thread that calls it memory of its own."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from cornu_backend_native.library import Library, Run
from cornu_backend_native.lower.program import Lowered
from cornu_backend_native.settings import limits
from cornu_engine.backend import Executable
from cornu_engine.errors import ShapeError
from cornu_engine.plan import Plan
from cornu_engine.program import Program
from cornu_engine.variable import Storage

DIRT = 0xFF  # of these bytes are NaN of every kind, -1, and a truth value that is neither
LINE = 64  # bytes of a line of the cache


def aligned_bytes(size: int) -> np.ndarray:
    """Return uninitialised bytes that start on a line of the cache."""
    raw = np.empty(size + LINE, np.uint8)
    start = -raw.ctypes.data % LINE
    if limits.dirty:
        raw.fill(DIRT)
    return raw[start : start + size]


class Bound:
    """The program bound to memory of its own."""

    def __init__(self, lowered: Lowered, plan: Plan, library: Library, threads: int) -> None:
        table = lowered.table
        places = {name: i for i, name in enumerate(table.bases)}
        self.memory = aligned_bytes(lowered.memory)
        self.constants = aligned_bytes(lowered.constants.size)
        self.constants[:] = lowered.constants
        self.scratch = aligned_bytes(-(-table.scratch // LINE) * LINE * threads)
        self.arrays = [variable.array for variable in lowered.state]
        self.inputs = [np.zeros(n.shape, n.dtype) for n in plan.inputs]
        self.bases = np.zeros(max(1, len(places)), np.uint64)
        fixed = {"M": self.memory, "K": self.constants}
        fixed |= {f"H{i}": array for i, array in enumerate(self.arrays)}
        for name, array in fixed.items():
            if name in places:
                self.bases[places[name]] = array.ctypes.data
        self.read = [places.get(f"X{i}") for i in range(len(plan.inputs))]
        self.written = [places.get(f"O{i}") for i in range(len(plan.outputs))]
        self.run = Run(
            self.bases.ctypes.data,
            self.scratch.ctypes.data,
            self.scratch.size // threads,
            library.pool(threads),
            None,
        )


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

    suffix = ".txt"

    def __init__(
        self, program: Program, plan: Plan, lowered: Lowered, library: Library, threads: int
    ) -> None:
        self.program, self.plan = program, plan
        self.source = lowered.text
        self._lowered, self._library, self._threads = lowered, library, threads
        self._words = lowered.table.words
        self._own = threading.local()

    @property
    def memory(self) -> int:
        """Bytes of temporaries of one run, weights and inputs not counted."""
        return self._lowered.memory + self._lowered.table.scratch * self._threads

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
        if len(inputs) != len(bound.inputs):
            raise TypeError(
                f"{self.program.name} takes {len(bound.inputs)} inputs, got {len(inputs)}."
            )
        bases = bound.bases
        for buffer, value, place in zip(bound.inputs, inputs, bound.read):  # noqa: B905 - compared
            if buffer is not value:
                if np.shape(value) != buffer.shape:
                    raise ShapeError(
                        f"{self.program.name} was compiled for an input of shape {buffer.shape}, "
                        f"got {np.shape(value)}."
                    )
                np.copyto(buffer, value)
            if place is not None:
                bases[place] = buffer.ctypes.data
        if Storage.homes:
            for variable in self._lowered.state:
                if variable.home is not None:  # a program of a device ran before
                    variable.home.release(variable)
        results = [np.empty(node.shape, node.dtype) for node in self._lowered.outputs]
        for result, place in zip(results, bound.written):  # noqa: B905 - made alike
            if place is not None:
                bases[place] = result.ctypes.data
        if limits.dirty:
            bound.memory.fill(DIRT)
        self._library.run(self._words.ctypes.data, self._words.size, ctypes.byref(bound.run))
        return results

    def _bound(self) -> Bound:
        try:
            return self._own.bound
        except AttributeError:
            bound = self._own.bound = Bound(self._lowered, self.plan, self._library, self._threads)
            return bound
