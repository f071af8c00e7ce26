"""The NumPy backend."""

from __future__ import annotations

from cornu.base.backend import Backend
from cornu.engine.program import Program
from cornu.engine.reference import ReferenceExecutable


class NumpyBackend(Backend):
    """Runs programs on NumPy."""

    name = "numpy"

    def compile(self, program: Program) -> ReferenceExecutable:
        """Return the program as a callable."""
        return ReferenceExecutable(program)
