"""The NumPy backend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cornu_backend_numpy.emit.composites import COMPOSITES
from cornu_backend_numpy.executable import NumpyExecutable
from cornu_backend_numpy.rows.check import check_regions
from cornu_backend_numpy.rows.regions import Regions
from cornu_backend_numpy.settings import limits, thread_count
from cornu_engine.backend import Availability, Backend
from cornu_engine.program import Program


class NumpyBackend(Backend):
    """Runs programs as flat Python functions that call NumPy.

    Examples
    --------
    >>> from cornu_engine.program import build_program
    >>> from cornu_engine.trace import Trace
    >>> with Trace("double") as trace:
    ...     y = trace.input("x", (2,), "float32") * 2
    >>> run = NumpyBackend().compile(build_program("double", trace, [y]))
    >>> run([1, 2])
    [array([2., 4.], dtype=float32)]
    """

    name = "numpy"
    lowers: Mapping[str, Any] = COMPOSITES

    def available(self) -> Availability:
        """NumPy is always there."""
        return Availability(True)

    def settings(self) -> tuple[Any, ...]:
        """Return the name, the number of threads and the thresholds."""
        return (self.name, thread_count(), *limits.values())

    def compile(self, program: Program) -> NumpyExecutable:
        """Return the program as a callable."""
        threads = thread_count()
        regions = Regions(threads)
        plan = program.plan(self.lowers, regions.group)
        if limits.checked:
            check_regions(plan, regions.found)
        return NumpyExecutable(program, plan, regions.found, threads)
