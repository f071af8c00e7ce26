"""Which trace is being recorded, and what a traced value says when it is asked for its number."""

from __future__ import annotations

import linecache
import os
import re
import sys
from contextvars import ContextVar
from types import FrameType
from typing import Any

from cornu_engine.errors import TracedValueError

CURRENT: ContextVar[Any] = ContextVar("cornu_trace", default=None)
ASKED: list[Any] = []  # functions that may know the number behind a node; None where they do not
_OURS = re.compile(r"(cornu(_\w+)?|numpy)(\.|$)")


def is_tracing() -> bool:
    """Tell whether a trace is active."""
    return CURRENT.get() is not None


def concrete_value(node: Any, wanted: str) -> Any:
    """Return the number behind a node where it is known, else explain why it is not."""
    if node.op == "constant":
        return node.attrs["value"]
    trace = CURRENT.get()
    if trace is not None and trace.eager:
        return trace.value_of(node)
    value = known_value(node)
    if value is not None:
        return value
    where = f" in {node.scope!r}" if node.scope else ""
    raise TracedValueError(
        f"{users_line()} asks a traced value{where} of shape {node.shape} for {wanted}, but the "
        "value is known only when the program runs. Choose between values with "
        "ops.where(condition, a, b), loop with ops.scan, or pass run_eagerly=True to compile() to "
        "run the step line by line."
    )


def known_value(node: Any) -> Any:
    """Return the number behind a node that somebody knows without a trace, else None."""
    found = (known(node) for known in ASKED)
    return next((value for value in found if value is not None), None)


def users_line() -> str:
    """Return the line outside of Cornu that is being run, as text for an error."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and _OURS.match(frame.f_globals.get("__name__", "")):
        frame = frame.f_back
    if frame is None:
        return "This line"
    name, number = frame.f_code.co_filename, frame.f_lineno
    code = linecache.getline(name, number).strip()
    return f"{os.path.basename(name)}, line {number}{f' ({code})' if code else ''}"
