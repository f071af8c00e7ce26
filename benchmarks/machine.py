"""Where the figures were taken: processor, system, interpreter, versions of every framework."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path

DISTRIBUTIONS = (
    "cornu-engine",
    "cornu-ops",
    "cornu-core",
    "cornu-layers",
    "cornu-optim",
    "cornu-backend-numpy",
    "numpy",
    "keras",
    "jax",
    "tensorflow-cpu",
    "tensorflow",
    "torch",
)


def processor() -> str:
    """Return the processor's name as the system gives it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def versions() -> dict[str, str]:
    """Return distribution -> version for those that are installed."""
    installed = {d.name: d.version for d in importlib.metadata.distributions()}
    return {name: installed[name] for name in DISTRIBUTIONS if name in installed}


def describe() -> dict:
    """Return everything above as one record."""
    return {
        "processor": processor(),
        "cores": cores(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": versions(),
    }
