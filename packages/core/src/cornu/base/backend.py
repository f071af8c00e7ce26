"""What a backend is: something that turns a program into a callable."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu.engine.plan import Plan
from cornu.engine.program import Program


@dataclass(frozen=True)
class Availability:
    """Whether a backend can be used here, and if not, why, in words a user can act on.

    Examples
    --------
    >>> bool(Availability(False, "Install it with `pip install cornu-backend-opencl`."))
    False
    """

    ok: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.ok


class Executable(ABC):
    """A compiled program.

    Attributes
    ----------
    program : Program
    plan : Plan
        The instructions that were compiled, with their places in memory.
    source : str
        What runs: NumPy, OpenCL C, …
    """

    program: Program
    plan: Plan
    source: str

    @property
    def memory(self) -> int:
        """Bytes of temporaries of one run, weights and inputs not counted."""
        return self.plan.memory

    @abstractmethod
    def __call__(self, *inputs: Any) -> list[np.ndarray]:
        """Run the program: state is updated in place, the results are the caller's own arrays."""

    def input_buffers(self) -> list[np.ndarray]:
        """Return arrays of this thread that a caller may fill, and then pass, to save a copy."""
        return [np.empty(n.shape, n.dtype) for n in self.program.inputs]

    def __str__(self) -> str:
        return str(self.plan)


class Backend(ABC):
    """An engine that runs programs.

    A backend needs every primitive of `cornu.engine.primitives`; composites it does not name in
    `lowers` reach it expanded. It never contains a derivative. Plugins hand in subclasses through
    the hook `cornu_backends`.

    Attributes
    ----------
    name : str
        As in `CORNU_BACKEND=name`.
    lowers : mapping of str
        The composites it runs natively, each with what it needs to do so.
    """

    name: str
    lowers: Mapping[str, Any] = {}

    def available(self) -> Availability:
        """Tell whether the backend can be used on this machine."""
        return Availability(True)

    @abstractmethod
    def compile(self, program: Program) -> Executable:
        """Return the program as a callable."""

    def synchronize(self) -> None:  # noqa: B027 - a backend without a queue has nothing to do
        """Wait until all work that was handed to the device is done."""
