"""A progress bar in plain text.

On a terminal it is redrawn in place, at most every 50 ms, and in a notebook likewise, without
colours. In a file or a pipe nothing can be redrawn, so there is one line when the bar is complete,
without control characters.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from cornu_engine.sourcetext import one_line

__all__ = ["Progbar", "output_kind"]

BOLD, GREEN, WHITE, RESET = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"


def output_kind(stream: Any = None) -> str:
    """Tell where the standard output goes: "terminal", "notebook" or "file".

    Examples
    --------
    >>> import io
    >>> output_kind(io.StringIO())
    'file'
    """
    stream = sys.stdout if stream is None else stream
    if getattr(stream, "isatty", lambda: False)():
        return "terminal"
    if "ipykernel" in sys.modules and type(stream).__module__.startswith("ipykernel"):
        return "notebook"
    return "file"


class Progbar:
    """A progress bar with the values that a loop wants to show.

    Parameters
    ----------
    target : int or None
        Steps in all; None if unknown.
    width : int
        Characters of the bar.
    verbose : {0, 1, 2}
        Silent; a bar; one line at the end.
    interval : float
        Shortest time between two redraws, in seconds.
    stateful_metrics : iterable of str, optional
        Names of values shown as they are; all others are averaged over the steps.
    stateless_metrics : iterable of str, optional
        Names of values to be averaged; all others are shown as they are.
    unit_name : str
        What a step is called.

    Raises
    ------
    ValueError
        If both lists of names are given.

    Examples
    --------
    >>> bar = Progbar(3)
    >>> for step in range(3):
    ...     bar.update(step + 1, [("loss", 0.5)])  # doctest: +ELLIPSIS
    3/3 ━━━━━━━━━━━━━━━━━━━━ 0s ...s/step - loss: 0.5000
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError(
                "Pass stateful_metrics or stateless_metrics: each says what the other leaves over."
            )
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self._averaged = None if stateless_metrics is None else set(stateless_metrics)
        self._as_is = set(stateful_metrics or ())
        self._kind = output_kind()
        self._values: dict[str, list[float]] = {}  # name -> sum, count
        self._seen = 0
        self._drawn = 0  # characters that the next redraw has to cover
        self._start = time.perf_counter()
        self._after_first: float | None = None
        self._last_draw = -math.inf

    @property
    def live(self) -> bool:
        """Whether steps before the last show anything."""
        return self.verbose == 1 and self._kind != "file"

    def due(self) -> bool:
        """Tell whether a redraw would show now; the values need not be read before."""
        return self.live and time.perf_counter() - self._last_draw >= self.interval

    def update(
        self,
        current: int,
        values: Sequence[tuple[str, Any]] | None = None,
        finalize: bool | None = None,
    ) -> None:
        """Note that `current` steps are done, and redraw if it is time.

        Parameters
        ----------
        current : int
        values : list of (name, value), optional
        finalize : bool, optional
            Whether this is the end; by default when `current` reaches the target.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        for name, value in values or ():
            self._note(name, value, current, finalize)
        self._seen = current
        now = time.perf_counter()
        per_step = self._seconds_per_step(current, now)
        if finalize:
            if self.verbose:
                self._write(self._line(current, now, per_step, finalize=True), end="\n")
        elif self.live and now - self._last_draw >= self.interval:
            self._write(self._line(current, now, per_step, finalize=False), end="")
            self._last_draw = now

    def add(self, n: int, values: Sequence[tuple[str, Any]] | None = None) -> None:
        """Note that `n` more steps are done."""
        self.update(self._seen + n, values)

    def abandon(self) -> None:
        """End the line of a bar that will not be completed."""
        if self._drawn and self.live:
            sys.stdout.write("\n")
            sys.stdout.flush()

    def _note(self, name: str, value: Any, current: int, finalize: bool) -> None:
        averaged = name in self._averaged if self._averaged is not None else name not in self._as_is
        number = float(np.mean(value))
        steps = max(current - self._seen, 1)
        if not averaged or finalize:
            self._values[name] = [number, 1]
        else:
            total = self._values.setdefault(name, [0.0, 0])
            total[0] += number * steps
            total[1] += steps

    def _line(self, current: int, now: float, per_step: float, finalize: bool) -> str:
        elapsed = now - self._start
        time_per_unit = _duration(per_step, self.unit_name)
        if self.verbose == 2:
            head = f"{self._count(current)} - {elapsed:.0f}s - {time_per_unit}"
        else:
            left = elapsed if finalize or not self.target else per_step * (self.target - current)
            shown = f"{elapsed:.0f}s" if finalize else _clock(left)
            bar = f" {self._bar(current)}" if self.target else ""
            head = (
                f"{self._strong(self._count(current))}{bar} {self._strong(shown)} {time_per_unit}"
            )
        numbers = (
            f"{one_line(name)}: {_number(total / count)}"
            for name, (total, count) in self._values.items()
        )
        return " - ".join([head, *numbers])

    def _count(self, current: int) -> str:
        if not self.target:
            return f"{current:>7}/Unknown"
        return f"{current:>{len(str(self.target))}}/{self.target}"

    def _bar(self, current: int) -> str:
        full = int(self.width * min(current / max(self.target or 1, 1), 1.0))
        mark = _mark()
        if self._kind != "terminal":
            return mark * full + ("─" if mark == "━" else ".") * (self.width - full)
        return f"{GREEN}{mark * full}{RESET}{WHITE}{mark * (self.width - full)}{RESET}"

    def _strong(self, text: str) -> str:
        return f"{BOLD}{text}{RESET}" if self._kind == "terminal" else text

    def _write(self, line: str, end: str) -> None:
        width = len(line)
        if self._kind != "file" and self.verbose == 1:
            line = "\r" + line + " " * max(self._drawn - width, 0)
        self._drawn = width
        sys.stdout.write(line + end)
        sys.stdout.flush()

    def _seconds_per_step(self, current: int, now: float) -> float:
        """The first step, which waits for much, is left out as soon as there is a second."""
        if current == 1 and self._after_first is None:
            self._after_first = now
        if current <= 0:
            return 0.0
        if self._after_first is None or current == 1:
            return (now - self._start) / current
        return (now - self._after_first) / (current - 1)


def _mark() -> str:
    try:
        "━─".encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return "="
    return "━"


def _number(value: float) -> str:
    return f"{value:.4f}" if abs(value) > 1e-3 or value == 0 else f"{value:.4e}"


def _duration(seconds: float, unit: str) -> str:
    if seconds >= 1 or seconds == 0:
        return f"{seconds:.0f}s/{unit}"
    if seconds >= 1e-3:
        return f"{seconds * 1e3:.0f}ms/{unit}"
    return f"{seconds * 1e6:.0f}us/{unit}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
    return f"{minutes}:{rest:02d}" if minutes else f"{rest}s"
