"""What a driver is asked in a process of its own: it may crash there, or never answer."""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from typing import Any

from cornu_backend_opencl.settings import PROBE

START = 60.0  # seconds until the driver is loaded and a simple function is built

_CHILD = (
    "import json, sys; asked = json.load(sys.stdin); sys.path[:] = asked.pop('path'); "
    "from cornu_backend_opencl import trial; getattr(trial, asked.pop('function'))(**asked)"
)


def can_start() -> bool:
    """Tell whether a Python can be started here."""
    return bool(sys.executable) and not getattr(sys, "frozen", False)


def ask(
    function: str, patience: Mapping[str, tuple[float, float]], **asked: Any
) -> tuple[str, str]:
    """Call a function of `trial.py` in a child process.

    Parameters
    ----------
    function : str
    patience : mapping of str to (float, float)
        What a stage may take: seconds at least, and times as long as building a simple function.
    **asked
        Arguments of the function.

    Returns
    -------
    tuple of str
        How it failed, or nothing, and what was found.
    """
    if not can_start():
        return f"no Python can be started here to try it ({PROBE}=off uses it untried)", ""
    text = json.dumps({"path": list(map(str, sys.path)), "function": function, **asked})
    with tempfile.TemporaryFile() as errors:
        try:
            child = subprocess.Popen(
                [sys.executable, "-I", "-c", _CHILD],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        except OSError as error:
            return f"no Python could be started to try it ({error})", ""
        try:
            failure, told = _watch(child, text, patience)
        finally:
            child.kill()
            child.wait()
        if failure.startswith("it crashed"):
            failure += _last_words(errors)
        return failure, told


def _watch(
    child: subprocess.Popen[str], asked: str, allowed: Mapping[str, tuple[float, float]]
) -> tuple[str, str]:
    """Follow what a child says of its stages until it is done, dead, or too slow."""
    said: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def listen() -> None:
        assert child.stdout is not None
        for line in child.stdout:
            said.put(line)
        said.put(None)

    threading.Thread(target=listen, daemon=True).start()
    assert child.stdin is not None
    try:
        child.stdin.write(asked)
        child.stdin.close()
    except OSError:
        pass  # it is dead already, and that is said below
    stage, patience, unit, began = "opened it", START, 0.0, time.monotonic()
    while True:
        try:
            line = said.get(timeout=patience)
        except queue.Empty:
            return f"it gave no answer for {patience:.0f} s while the driver {stage}", ""
        if line is None:
            return f"it crashed while the driver {stage} ({_death(child.wait())})", ""
        try:
            message = json.loads(line)
        except ValueError:
            continue  # cut off: it died while it wrote
        if "stage" not in message:
            return message["failure"], message["told"]
        now = time.monotonic()
        if message["stage"] == "compiled vectors":
            unit = now - began  # what the stage before took: building a simple function
        stage, began = message["stage"], now
        least, times = allowed.get(stage, (START, 0))
        patience = max(least, times * unit)


def _death(status: int) -> str:
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"exit status {status}"


def _last_words(errors: Any) -> str:
    """Return the last line that a child wrote, which may say why it died."""
    errors.seek(0)
    lines = errors.read().decode("utf-8", "replace").strip().splitlines()
    return f": {lines[-1].strip()[:120]}" if lines else ""
