"""Resident memory of this process: what it holds now and the most it has held."""

from __future__ import annotations

import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def _status(field: str) -> int:
    for line in _STATUS.read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    return 0


def resident() -> int:
    """Return the bytes resident now (0 where the system does not say)."""
    return _status("VmRSS:") if _STATUS.exists() else 0


def reset_peak() -> None:
    """Start the peak anew from here, where the system can (Linux)."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def peak() -> int:
    """Return the most bytes resident since the start or the last :func:`reset_peak`."""
    if _STATUS.exists():
        return _status("VmHWM:")
    import resource  # absent on Windows

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
