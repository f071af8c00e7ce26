"""The schedule of a device: a row per family, and what `python -m cornu tune` found better."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cornu_backend_opencl.codegen.schedule import Schedule
from cornu_backend_opencl.device import kept
from cornu_backend_opencl.device.choice import Device
from cornu_backend_opencl.settings import wanted_schedule

# By kind and native vector width (CPU) or vendor (GPU).
FAMILIES: dict[str, dict[str, Any]] = {
    "cpu16": {"kind": "cpu", "tile": (14, 32)},
    "cpu8": {"kind": "cpu", "tile": (6, 16)},
    "cpu4": {"kind": "cpu", "tile": (4, 16)},
    "nvidia": {"kind": "gpu", "registers": 8, "group": 256},
    "amd": {"kind": "gpu", "registers": 8, "group": 256},
    "intel": {"kind": "gpu", "registers": 4, "group": 128},
    "apple": {"kind": "gpu", "registers": 4, "group": 128},
    "gpu": {"kind": "gpu", "registers": 4, "group": 64},
}


def family_of(device: Device, kind: str) -> str:
    """Return the row of `FAMILIES` that a device belongs to."""
    if kind == "cpu":
        width = int(device.handle.native_vector_width_float or 4)
        return f"cpu{16 if width >= 16 else 8 if width >= 8 else 4}"
    names = f"{device.handle.vendor} {device.platform}".lower()
    vendors = {"nvidia": "nvidia", "amd": "amd", "advanced micro": "amd", "intel": "intel",
               "apple": "apple"}  # fmt: skip
    if device.kind != "gpu":
        return "gpu"
    return next((family for word, family in vendors.items() if word in names), "gpu")


# Tiles for vectors of fewer lanes, which are meant for as many registers of that size.
NARROW = {8: (6, 16), 4: (4, 8), 1: (4, 4)}


def kind_of(device: Device) -> str:
    """Return the kind of schedule that suits a device, or that is asked for."""
    return wanted_schedule() or ("cpu" if device.kind in ("cpu", "other") else "gpu")


def narrowed(schedule: Schedule, lanes: int) -> Schedule:
    """Return a schedule on so many lanes at most.

    Examples
    --------
    >>> narrowed(Schedule("cpu"), 8).tile
    (6, 16)
    """
    if schedule.is_gpu or schedule.lanes <= lanes:
        return schedule
    rows, columns = (min(a, b) for a, b in zip(schedule.tile, NARROW[lanes], strict=True))
    return replace(schedule, lanes=lanes, tile=(rows, columns))


def schedule_of(device: Device, kind: str | None = None, lanes: int = 16) -> Schedule:
    """Return how programs are written for a device, on so many lanes at most."""
    kind = kind or kind_of(device)
    family = family_of(device, kind)
    schedule = Schedule(units=max(1, int(device.handle.max_compute_units)), **FAMILIES[family])
    schedule = narrowed(schedule, lanes)
    found = load_tuned(device).get(schedule.kind, {})
    if schedule.is_gpu:
        most = int(device.handle.max_work_group_size)
        schedule = replace(schedule, group=min(schedule.group, most))
    return replace(schedule, **{k: _VALUES[k](v) for k, v in found.items() if _is_known(k, v)})


_VALUES: dict[str, Any] = {"tile": tuple, "registers": int, "group": int}


def _is_known(name: str, value: Any) -> bool:
    """Tell whether a kept setting is one that can be used."""
    if name not in _VALUES:
        return False
    numbers = value if isinstance(value, list) else [value]
    return len(numbers) == (2 if name == "tile" else 1) and all(
        type(n) is int and 1 <= n <= 1024 for n in numbers
    )


_FILE = "opencl-tuned.json"


def load_tuned(device: Device) -> dict[str, dict[str, Any]]:
    """Return what was tuned for a device, by schedule; nothing if the file is damaged."""
    found = kept.read(_FILE).get(device.driver)
    if not isinstance(found, dict):
        return {}
    return {kind: values for kind, values in found.items() if isinstance(values, dict)}


def save_tuned(device: Device, kind: str, values: dict[str, Any]) -> str:
    """Keep what was tuned for a device; return the name of the file.

    Raises
    ------
    OSError
        Where it cannot be written.
    """
    return kept.write(_FILE, device.driver, {**load_tuned(device), kind: values})
