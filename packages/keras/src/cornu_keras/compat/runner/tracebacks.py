"""Tracebacks of a script begin with its own lines, as where Python runs it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any

__all__ = ["execute"]

_HERE = str(Path(__file__).parent)


def execute(code: CodeType, namespace: dict[str, Any]) -> None:
    """Run a program; what it raises is shown without the lines that led to it."""
    try:
        exec(code, namespace)
    except SystemExit:
        raise
    except BaseException:
        hide()
        raise


def hide() -> None:
    """Show the next error that ends Python without the frames of this room and below it."""
    show = sys.excepthook

    def shown(kind: type[BaseException], error: BaseException, _: TracebackType | None) -> None:
        frames = own_frames(error.__traceback__)
        show(kind, error.with_traceback(frames), frames)

    sys.excepthook = shown


def own_frames(traceback: TracebackType | None) -> TracebackType | None:
    """Return the frames of a program: those after it was started, without the finder's."""
    frames = []
    while traceback is not None:
        frames.append(traceback)
        traceback = traceback.tb_next
    files = [frame.tb_frame.f_code.co_filename for frame in frames]
    started = [n for n, file in enumerate(files) if file.startswith(_HERE)]
    first = started[0] if started else 0
    kept: TracebackType | None = None
    for frame, file in reversed(list(zip(frames[first:], files[first:], strict=True))):
        if not file.startswith((_HERE, "<frozen importlib")):
            kept = TracebackType(kept, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return kept
