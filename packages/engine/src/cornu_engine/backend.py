"""What a backend is: something that turns a program into a callable."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu_engine.errors import BackendError
from cornu_engine.plan import Plan
from cornu_engine.program import Program


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
    suffix : str
        Of a file that holds the source.
    """

    suffix = ".txt"

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

    def with_variables(self, program: Program, mapping: Mapping[Any, Any]) -> Executable | None:
        """Return the same code for `program`, which is its own over other variables.

        Parameters
        ----------
        program : Program
        mapping : mapping of Variable to Variable
            What stands for each variable now.

        Returns
        -------
        Executable or None
            None where the code is bound to the variables it was made for.
        """
        return None

    def profile(self, *inputs: Any) -> str:
        """Return, as text, where the time of a run goes; state is left as it was."""
        raise BackendError("Only programs of the native backend tell where their time goes.")

    def __str__(self) -> str:
        return str(self.plan)


class Backend(ABC):
    """An engine that runs programs.

    A backend needs every primitive of `cornu_engine.primitives`; composites it does not name in
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

    def settings(self) -> tuple[Any, ...]:
        """Return what `compile` depends on beside the program."""
        return (self.name,)

    @abstractmethod
    def compile(self, program: Program) -> Executable:
        """Return the program as a callable."""

    def devices(self, test: bool = True) -> Iterable[str]:
        """Return lines that tell which devices it can run on, and what a self-test of each finds.

        A backend that runs on the processor alone has nothing to tell.
        """
        return ()

    def tune(self) -> Iterable[str]:
        """Search for settings that suit the device, keep them, and tell so line by line."""
        return ()

    def synchronize(self) -> None:  # noqa: B027 - a backend without a queue has nothing to do
        """Wait until all work that was handed to the device is done."""
