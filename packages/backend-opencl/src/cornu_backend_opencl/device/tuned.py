"""The schedule of a device: a row per family, and what `python -m cornu tune` found better."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from cornu_backend_opencl.codegen.schedule import Schedule
from cornu_backend_opencl.device.choice import Device
from cornu_backend_opencl.settings import cache_folder, wanted_schedule

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


def family_of(device: Device, kind: str | None = None) -> str:
    """Return the row of `FAMILIES` that a device belongs to."""
    if (kind or device.kind) in ("cpu", "other"):
        width = int(device.handle.native_vector_width_float or 4)
        return f"cpu{16 if width >= 16 else 8 if width >= 8 else 4}"
    names = f"{device.handle.vendor} {device.platform}".lower()
    vendors = {"nvidia": "nvidia", "amd": "amd", "advanced micro": "amd", "intel": "intel",
               "apple": "apple"}  # fmt: skip
    if device.kind != "gpu":
        return "gpu"
    return next((family for word, family in vendors.items() if word in names), "gpu")


def schedule_of(device: Device) -> Schedule:
    """Return how programs are written for a device."""
    kind = wanted_schedule()
    family = family_of(device, kind)
    schedule = Schedule(units=max(1, int(device.handle.max_compute_units)), **FAMILIES[family])
    found = load_tuned(device).get(schedule.kind, {})
    if schedule.is_gpu:
        most = int(device.handle.max_work_group_size)
        schedule = replace(schedule, group=min(schedule.group, most))
    known: Any = {
        k: tuple(v) if isinstance(v, list) else v for k, v in found.items() if k in _TUNABLE
    }
    return replace(schedule, **known)


_TUNABLE = ("tile", "registers", "group")


def _file() -> Any:
    return cache_folder() / "opencl-tuned.json"


def _key(device: Device) -> str:
    return f"{device.platform} / {device.name} / {device.handle.driver_version}"


def load_tuned(device: Device) -> dict[str, dict[str, Any]]:
    """Return what was tuned for a device, by schedule; nothing if the file is damaged."""
    try:
        found = json.loads(_file().read_text("utf-8"))[_key(device)]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def save_tuned(device: Device, kind: str, values: dict[str, Any]) -> str:
    """Keep what was tuned for a device; return the name of the file."""
    from cornu.saving.atomic import atomically

    path = _file()
    try:
        everything = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        everything = {}
    everything.setdefault(_key(device), {})[kind] = values
    with atomically(path) as temporary:
        temporary.write_text(json.dumps(everything, indent=1), "utf-8")
    return str(path)
