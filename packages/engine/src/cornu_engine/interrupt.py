"""Signals take effect between steps, never inside one; what their handlers raise goes through."""

from __future__ import annotations

import functools
import signal
import threading
import time
from typing import Any, ClassVar

__all__ = ["StepGuard", "let_signals_through"]

PATIENCE = 1.0  # seconds after which Ctrl-C takes effect in a step that hangs
_FATAL = "SIGSEGV SIGBUS SIGFPE SIGILL SIGABRT SIGKILL SIGSTOP".split()
_CATCHABLE = sorted(
    {int(number) for number in signal.valid_signals()}
    - {int(getattr(signal, name)) for name in _FATAL if hasattr(signal, name)}
)
# The functions below those of `signal`, which make enumerations of all they take and return.
_handler_of = signal._signal.getsignal  # type: ignore[attr-defined]
_handle = signal._signal.signal  # type: ignore[attr-defined]


class StepGuard:
    """Holds handlers of signals back while a step runs, so that no weight is left half updated.

    Any handler written in Python may raise, and Python runs it between two lines of whatever the
    main thread does. The loop sets `inside` around each run of a program and calls `deliver` where
    `pending` is set. Outside of a program, a signal takes effect at once. Ctrl-C takes effect even
    inside where one has been held back for a second: for a step that hangs.

    Examples
    --------
    >>> with StepGuard() as guard:
    ...     guard.inside = True  # a program runs
    ...     guard.inside = False
    >>> guard.pending
    {}
    """

    current: ClassVar[StepGuard | None] = None  # the innermost of the main thread

    def __init__(self) -> None:
        self.inside = False
        self.pending: dict[int, float] = {}  # number of each signal held back, since when
        self._previous: dict[int, Any] = {}
        self._outer: StepGuard | None = None

    def __enter__(self) -> StepGuard:
        if _in_main_thread():
            self.inside = True  # nothing may raise half-way through
            try:
                handlers = zip(_CATCHABLE, map(_handler_of, _CATCHABLE), strict=True)
                # others than functions: ignored, or handled outside of Python
                for number, previous in [each for each in handlers if callable(each[1])]:
                    self._previous[number] = previous
                    _handle(number, self._receive)
                self._outer, StepGuard.current = StepGuard.current, self
            except BaseException:
                self._restore()
                raise
            self.inside = False
            if self.pending:
                try:
                    self.deliver()
                except BaseException:
                    self.__exit__()
                    raise
        return self

    def __exit__(self, *error: Any) -> None:
        if not self._previous and StepGuard.current is not self:
            self.inside = False
            return
        self.inside = True
        if StepGuard.current is self:
            StepGuard.current = self._outer
        self._restore()
        self.inside = False
        for number in list(self.pending):  # held back by a step that failed: nothing is lost
            del self.pending[number]
            signal.raise_signal(number)

    def _restore(self) -> None:
        try:
            for number, previous in list(self._previous.items()):
                _handle(number, previous)
                self._previous.pop(number, None)
        finally:
            if self._previous:  # a handler that is back has raised
                self._restore()

    def _receive(self, number: int, frame: Any) -> None:
        if not self.inside:
            self._previous[number](number, frame)
            return
        now = time.monotonic()
        since = self.pending.setdefault(number, now)
        if number == signal.SIGINT and now - since > PATIENCE:
            self.deliver(frame)

    def deliver(self, frame: Any = None) -> None:
        """Let what was held back take effect."""
        while self.pending:
            number = next(iter(self.pending))
            del self.pending[number]
            self._previous[number](number, frame)

    @classmethod
    def is_needed(cls) -> bool:
        """Tell whether a program that starts here could be left half done by a signal."""
        current = cls.current
        return (current is None or not current.inside) and _in_main_thread()


def let_signals_through(error: BaseException) -> None:
    """Raise an exception again that a signal's handler has raised, in whatever code it met.

    Where code of others may fail in any way, and its failure becomes a reason, a message or another
    exception, that of a handler is none of these: it is meant for the whole program.

    Examples
    --------
    >>> try:
    ...     1 / 0
    ... except Exception as error:
    ...     let_signals_through(error)  # no handler raised it
    """
    link: BaseException | None = error
    chain: list[BaseException] = []
    codes: set[Any] = set()
    while link is not None and not any(link is known for known in chain):
        chain.append(link)
        trace = link.__traceback__
        while trace is not None:
            codes.add(trace.tb_frame.f_code)
            trace = trace.tb_next
        link = link.__cause__ or link.__context__
    if any(_code_of(_handler_of(number)) in codes for number in _CATCHABLE):
        raise error


def _code_of(handler: Any) -> Any:
    if isinstance(handler, functools.partial):
        handler = handler.func
    function = getattr(handler, "__func__", handler)
    if not hasattr(function, "__code__"):
        function = vars(type(handler)).get("__call__")  # of an object
    return getattr(function, "__code__", handler)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
