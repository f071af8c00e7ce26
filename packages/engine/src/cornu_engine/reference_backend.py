"""The backend that core brings: programs run by the definitions of the primitives."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu_engine.backend import Backend
from cornu_engine.graph import Node
from cornu_engine.program import Program
from cornu_engine.reference import evaluate


class ReferenceExecutable:
    """A program run by the reference, with the interface of a backend's executable.

    Parameters
    ----------
    program : Program
    """

    suffix = ".txt"  # of a file that holds the source

    def __init__(self, program: Program) -> None:
        self.program = program
        self.source = str(program)
        self.memory = program.memory

    def input_buffers(self) -> list[np.ndarray]:
        """Return arrays that a caller may fill and pass."""
        return [np.empty(n.shape, n.dtype) for n in self.program.inputs]

    def __call__(self, *inputs: Any) -> list[np.ndarray]:
        """Run the program: state is updated in place."""
        values: dict[Node, Any] = dict(zip(self.program.inputs, inputs, strict=True))
        values.update({node: v.array for v, node in self.program.state.items()})
        updates = self.program.updates
        results = evaluate([*self.program.outputs, *updates.values()], values)
        outputs = [np.array(r) for r in results[: len(self.program.outputs)]]
        fresh = [np.array(r) for r in results[len(outputs) :]]
        for variable, value in zip(updates, fresh, strict=True):
            variable.write(value)
        return outputs


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
