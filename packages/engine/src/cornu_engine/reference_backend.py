"""The backend that core brings: programs run by the definitions of the primitives."""

from __future__ import annotations

from cornu_engine.backend import Backend
from cornu_engine.program import Program
from cornu_engine.reference import ReferenceExecutable


class ReferenceBackend(Backend):
    """Runs each operation by its definition, one after the other: slow, plain, always there.

    `CORNU_BACKEND=reference` tells a fault of a backend from one of the program.

    Examples
    --------
    >>> ReferenceBackend().available().ok
    True
    """

    name = "reference"

    def compile(self, program: Program) -> ReferenceExecutable:  # type: ignore[override]
        """Return the program as a callable."""
        return ReferenceExecutable(program)
