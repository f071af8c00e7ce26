"""The whole of which this process does a part: other processes train the same model beside it.

Alone, as usual, a process does all of it, and nothing here costs anything. A wing that spreads
training over processes says so by `spread_over`; what losses, layers and training then ask of the
whole is written here once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu_engine.trace import current_trace

__all__ = ["Whole", "spread_over", "whole"]


class Whole:
    """A process that is alone: its part of a batch is the batch.

    Attributes
    ----------
    rank, size : int
        Which of how many processes this one is.
    scale : value
        Rows of the whole batch for each row of this part.
    own : frozenset of Variable
        State of a step that is another on each process: no part of what is trained.

    Examples
    --------
    >>> alone = Whole()
    >>> alone.total(3.0), alone.part(3.0), alone.mean(3.0), alone.scale
    (3.0, 3.0, 3.0, 1.0)
    """

    rank, size = 0, 1
    scale: Any = 1.0
    own: frozenset[Any] = frozenset()

    def total(self, value: Any) -> Any:
        """Return the sum of a traced value over all processes."""
        return value

    def summed(self, value: Any) -> Any:
        """Return a sum over this process' rows such that its `mean` is the sum over all rows.

        What is alike on all processes, as it is made of sums over all of them, stays as it is.
        """
        return value

    def part(self, value: Any) -> Any:
        """Return what a traced value of this process' rows adds to the mean over all rows."""
        return value

    def mean(self, value: Any) -> Any:
        """Return the mean of a traced value over the rows of all processes."""
        return value

    def executor(self, model: Any, mode: str) -> Any:
        """Return what compiles the programs of a model, which ask for sums over processes."""
        return model._backend()

    def loader(self, source: Any) -> Callable[[Any, Any], Any]:
        """Return what loads this process' part of a batch, and returns the bound step."""
        return source.load

    def slopes(self, loss: Any, of: Callable[[Any], list[Any]]) -> list[Any]:
        """Return the gradients of the loss of the whole batch, `of` a loss those of its part."""
        return of(loss)

    def finish(self, model: Any, mode: str, trace: Any, outputs: list[Any]) -> list[Any]:
        """Let what a traced step leaves be that of the whole batch; return its outputs."""
        return outputs

    def callbacks(self, callbacks: Any, show: bool) -> tuple[Any, bool]:
        """Return the callbacks of this process, and whether it shows a bar."""
        return callbacks, show

    def refuse_parts(self, what: str) -> None:
        """Raise where a process has a part of each batch, and `what` needs all of it."""

    def refuse_eager(self) -> None:
        """Raise where steps cannot run line by line."""


_ALONE = Whole()
current: Whole = _ALONE  # the processes that training is spread over


def spread_over(processes: Whole | None) -> None:
    """Say that training is spread over processes; None: over this one alone."""
    global current
    current = processes or _ALONE


def whole() -> Whole:
    """Return what a value in a step is a part of: outside of a traced step, it is all there is."""
    trace = current_trace()
    return _ALONE if trace is None or trace.in_vain else current
