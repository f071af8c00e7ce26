"""What the environment may set."""

from __future__ import annotations

import os
from pathlib import Path

DEVICE = "CORNU_OPENCL_DEVICE"
STRICT = "CORNU_OPENCL_STRICT"
SCHEDULE = "CORNU_OPENCL_SCHEDULE"
SCHEDULES = ("cpu", "gpu")


def wanted_device() -> str | None:
    """Return the device asked for: gpu, cpu, platform:device, or part of a name."""
    return os.environ.get(DEVICE, "").strip() or None


def is_strict() -> bool:
    """Tell whether every operation is rounded as NumPy rounds it."""
    return os.environ.get(STRICT, "").strip().lower() not in ("", "0", "false", "no")


def wanted_schedule() -> str | None:
    """Return the schedule asked for, whatever the device is; None for that of its kind.

    Raises
    ------
    ValueError
        For anything else than cpu or gpu.
    """
    asked = os.environ.get(SCHEDULE, "").strip().lower()
    if asked and asked not in SCHEDULES:
        raise ValueError(f"{SCHEDULE} is {asked!r}; it can be {' or '.join(SCHEDULES)}.")
    return asked or None


def cache_folder() -> Path:
    """Return where what was tuned is kept."""
    base = os.environ.get("CORNU_CACHE") or os.environ.get("XDG_CACHE_HOME")
    return Path(base) / "cornu" if base else Path.home() / ".cache" / "cornu"
