"""Ctrl-C takes effect between steps, never inside one."""

from __future__ import annotations

import signal
import threading
from typing import Any

__all__ = ["StepGuard"]


class StepGuard:
    """Holds an interrupt back while a step runs, so that no weight is left half updated.

    The loop sets `inside` around each run of a program and calls `deliver` where `pending` is set.
    Outside of a program, an interrupt takes effect at once. A third one takes effect even inside,
    for a step that hangs.

    Examples
    --------
    >>> with StepGuard() as guard:
    ...     guard.inside = True  # a program runs
    ...     guard.inside = False
    >>> guard.pending
    0
    """

    def __init__(self) -> None:
        self.inside = False
        self.pending = 0
        self._previous: Any = None

    def __enter__(self) -> StepGuard:
        if threading.current_thread() is threading.main_thread():
            previous = signal.getsignal(signal.SIGINT)
            if callable(previous):  # else ignored, or handled outside of Python
                self._previous = previous
                signal.signal(signal.SIGINT, self._receive)
        return self

    def __exit__(self, *error: Any) -> None:
        previous, self._previous = self._previous, None
        if previous is not None:
            signal.signal(signal.SIGINT, previous)
        self.inside = False

    def _receive(self, number: int, frame: Any) -> None:
        self.pending += 1
        if not self.inside or self.pending > 2:
            self.deliver(frame)

    def deliver(self, frame: Any = None) -> None:
        """Let the interrupt that was held back take effect."""
        self.pending = 0
        if self._previous is not None:
            self._previous(signal.SIGINT, frame)
