"""Tracebacks that show the user's lines: those of this house are left out, as Keras does it.

A mistake in a loss of one's own stands twenty calls deep; what helps is the line that called `fit`,
and the line at fault.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

from cornu_engine.errors import brief

__all__ = [
    "disable_traceback_filtering",
    "enable_traceback_filtering",
    "is_traceback_filtering_enabled",
    "leave_out",
    "shows_users_lines",
]

F = TypeVar("F", bound=Callable[..., Any])

OURS = frozenset(
    "cornu cornu_backend_native cornu_backend_numpy cornu_backend_opencl cornu_data "
    "cornu_distributed cornu_engine cornu_export cornu_keras cornu_layers cornu_lowering "
    "cornu_ops cornu_optim cornu_preprocessing cornu_sklearn contextlib functools".split()
)
_enabled = True


def enable_traceback_filtering() -> None:
    """Leave the lines of Cornu out of tracebacks (the default).

    Example
    -------
    >>> import cornu
    >>> cornu.config.enable_traceback_filtering()
    """
    global _enabled
    _enabled = True


def disable_traceback_filtering() -> None:
    """Show every line in tracebacks, those of Cornu and of the program that it wrote too.

    Example
    -------
    >>> import cornu
    >>> was_enabled = cornu.config.is_traceback_filtering_enabled()
    >>> cornu.config.disable_traceback_filtering()
    >>> cornu.config.is_traceback_filtering_enabled()
    False
    >>> if was_enabled:
    ...     cornu.config.enable_traceback_filtering()
    """
    global _enabled
    _enabled = False


def is_traceback_filtering_enabled() -> bool:
    """Tell whether the lines of Cornu are left out of tracebacks.

    Example
    -------
    >>> import cornu
    >>> isinstance(cornu.config.is_traceback_filtering_enabled(), bool)
    True
    """
    return _enabled


def leave_out(error: BaseException) -> None:
    """Leave our own lines out of the traceback of an error, and of those that led to it.

    The last line stays, whosever it is. Of a long text the middle is left out, too.

    Examples
    --------
    >>> leave_out(ValueError("raised nowhere"))
    """
    seen: set[int] = set()
    one: BaseException | None = error if _enabled else None
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        one.__traceback__ = _users(one.__traceback__)
        if len(one.args) == 1 and isinstance(one.args[0], str):
            one.args = (brief(one.args[0]),)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def shows_users_lines(function: F) -> F:
    """Let the errors of a function that users call show their lines (decorator).

    Examples
    --------
    >>> @shows_users_lines
    ... def fit():
    ...     raise ValueError("no data")
    >>> fit()
    Traceback (most recent call last):
    ValueError: no data
    """

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            leave_out(error)
            raise

    return call  # type: ignore[return-value]


def _users(traceback: TracebackType | None) -> TracebackType | None:
    """Return the links of a traceback that lead through the user's lines, and the last of all."""
    links = []
    while traceback is not None:
        links.append(traceback)
        traceback = traceback.tb_next
    kept = None
    for link in reversed(links):
        module = str(link.tb_frame.f_globals.get("__name__", ""))
        if kept is None or module.partition(".")[0] not in OURS:
            kept = TracebackType(kept, link.tb_frame, link.tb_lasti, link.tb_lineno)
    return kept
