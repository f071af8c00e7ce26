"""The native backend."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from cornu_backend_native.executable import NativeExecutable
from cornu_backend_native.library import Library, library
from cornu_backend_native.lower.operations import NATIVE
from cornu_backend_native.lower.program import lower
from cornu_backend_native.settings import limits, thread_count
from cornu_engine.backend import Availability, Backend
from cornu_engine.errors import BackendError
from cornu_engine.program import Program
from cornu_lowering.fusion import fuse

# What elementwise work may follow at once.
HEADS = frozenset({"matmul", "convolution", "convolution_input_grad"})


class NativeBackend(Backend):
    """Runs programs as one call of compiled kernels.

    Parameters
    ----------
    kernels : str or Library, optional
        The instruction set, as "x86-64-v3"; by default the best that this processor can run.

    Examples
    --------
    >>> from cornu_engine.program import build_program
    >>> from cornu_engine.trace import Trace
    >>> with Trace("double") as trace:
    ...     y = trace.input("x", (2,), "float32") * 2
    >>> run = NativeBackend().compile(build_program("double", trace, [y]))
    >>> run([1, 2])
    [array([2., 4.], dtype=float32)]
    """

    name = "native"
    lowers: Mapping[str, Any] = dict.fromkeys(NATIVE)

    def __init__(self, kernels: str | Library | None = None) -> None:
        self._kernels = kernels

    def available(self) -> Availability:
        """Tell whether there are kernels for this processor."""
        try:
            self._library()
        except BackendError as error:
            return Availability(False, str(error))
        return Availability(True)

    def settings(self) -> tuple[Any, ...]:
        """Return the name, the kernels, the number of threads and the thresholds."""
        return (self.name, self._library().path, thread_count(), *limits.values())

    def compile(self, program: Program) -> NativeExecutable:
        """Return the program as a callable."""
        grouped = partial(fuse, longest=limits.members, heads=HEADS)
        plan = program.plan(self.lowers, grouped, grouped)
        kernels = self._library()
        return NativeExecutable(program, plan, lower(plan, kernels), kernels, thread_count())

    def _library(self) -> Library:
        kernels = self._kernels
        return kernels if isinstance(kernels, Library) else library(kernels)
