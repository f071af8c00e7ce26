"""What a device gets right, found out in a process of its own.

A driver may crash, or never answer: PoCL does on processors that its compiler does not know, where
vectors of sixteen floats meet functions of its library. So each device is tried by a child process
before it is used, on vectors of sixteen lanes first, then on fewer until it computes rightly. What
is found is kept on disk until the driver, or this package, is another.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from cornu_backend_opencl.device import child, kept
from cornu_backend_opencl.device.choice import Device
from cornu_backend_opencl.settings import DEVICE, wanted_probe
from cornu_engine.errors import BackendError

LADDER = {"cpu": (16, 8, 4, 1), "gpu": (1,)}  # lanes, the most first, of each schedule
# What each stage of a trial may take: this many seconds, or times as long as that simple function.
PATIENCE = {
    "compiled vectors": (4.0, 6),
    "ran programs": (child.START, 100),
    "timed": (child.START, 100),
}


@dataclass(frozen=True)
class Finding:
    """What is known of a device under one schedule.

    Attributes
    ----------
    lanes : int
        On which it computes rightly; 0 if it cannot be used.
    failures : dict of int to str
        What happened on more lanes.
    told : str
        What a thorough test found.
    """

    lanes: int
    failures: dict[int, str] = field(default_factory=dict)
    told: str = ""

    @property
    def reason(self) -> str:
        """Why it does not compute on more lanes, in words.

        Examples
        --------
        >>> Finding(4, {16: "it crashed", 8: "it crashed"}).reason
        'on 16 and 8 lanes it crashed'
        """
        lanes: dict[str, list[str]] = {}
        for count, failure in self.failures.items():
            lanes.setdefault(failure, []).append(str(count))
        if list(lanes.values()) == [["1"]]:
            return next(iter(lanes))
        said = []
        for failure, counts in lanes.items():
            *others, last = counts
            many = f"{', '.join(others)} and {last}" if others else last
            said.append(f"on {many} lane{'' if many == '1' else 's'} {failure}")
        return "; ".join(said)


_known: dict[tuple[str, str], Finding] = {}  # by key and what is asked of the probe
_lock = threading.RLock()


def find(device: Device, kind: str) -> Finding:
    """Return what is known of a device under a schedule; it is tried if nothing is.

    Parameters
    ----------
    device : Device
    kind : {"cpu", "gpu"}
    """
    wanted = wanted_probe()
    if wanted == "off":
        return Finding(LADDER[kind][0])
    key = key_of(device, kind)
    with _lock:
        if (key, wanted) not in _known:
            found = None if wanted else _load(key)
            _known[key, wanted] = probe(device, kind) if found is None else found
        return _known[key, wanted]


def usable(device: Device, kind: str) -> Finding:
    """Return what is known of a device that can be used.

    Raises
    ------
    BackendError
        If it cannot be used, with the reason.
    """
    found = find(device, kind)
    if not found.lanes:
        raise BackendError(
            f"{device} cannot be used: {found.reason}. Update its driver or choose another device "
            f"with {DEVICE}; `python -m cornu devices` tests it again."
        )
    return found


def trust(device: Device, kind: str, lanes: int) -> None:
    """Take a device for one that computes rightly on some lanes, in this process alone."""
    _known[key_of(device, kind), wanted_probe()] = Finding(lanes)


def probe(device: Device, kind: str, thorough: bool = False) -> Finding:
    """Try a device, on fewer and fewer lanes, and keep what is found."""
    failures: dict[int, str] = {}
    found = Finding(0, failures)
    for lanes in LADDER[kind]:
        failure, told = trial(device, kind, lanes, thorough)
        if not failure:
            found = Finding(lanes, failures, told)
            break
        failures[lanes] = failure
    with _lock:
        _known[key_of(device, kind), wanted_probe()] = found
    if not wanted_probe():
        _save(key_of(device, kind), found)
    return found


def trial(device: Device, kind: str, lanes: int, thorough: bool = False) -> tuple[str, str]:
    """Try a device in a child process; return how it failed, or nothing, and what was found."""
    asked = {"place": device.place, "kind": kind, "lanes": lanes, "thorough": thorough}
    return child.ask("run", PATIENCE, **asked)


# ---- what is kept --------------------------------------------------------------------------------


def key_of(device: Device, kind: str) -> str:
    """Return what a finding is for: another driver, or release of ours, is tried anew."""
    platform = getattr(getattr(device.handle, "platform", None), "version", "")
    return f"{device.driver} / {platform} / {kept.version()} / {kind}"


def _load(key: str) -> Finding | None:
    """Return what is kept of a device; None if nothing is, or the file is damaged."""
    found = kept.entries().get(key)
    if not isinstance(found, dict) or not isinstance(found.get("failures"), dict):
        return None
    lanes, failures = found.get("lanes"), found["failures"]
    if lanes not in (0, 1, 4, 8, 16) or not all(n.isdigit() for n in failures):
        return None
    return Finding(int(lanes), {int(n): str(failure) for n, failure in failures.items()})


def _save(key: str, found: Finding) -> None:
    failures = {str(n): failure for n, failure in found.failures.items()}
    kept.keep(key, {"lanes": found.lanes, "failures": failures})


def lines_about(device: Device, kind: str) -> Iterator[str]:
    """Test a device thoroughly; yield what is found, line by line."""
    found = probe(device, kind, thorough=True)
    if not found.lanes:
        yield f"    cannot be used: {found.reason}"
        return
    lanes = f"; {found.lanes} lane{'s' if found.lanes > 1 else ''}" if kind == "cpu" else ""
    yield f"    {found.told}{lanes}"
    if found.failures:
        yield f"    {found.reason}"
