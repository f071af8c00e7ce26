"""Whether drivers survive being asked for their devices: a broken one may crash on that already.

It is tried in a child process, and what is found is kept until other drivers are registered.
"""

from __future__ import annotations

import hashlib
import os
import threading
from importlib import metadata
from pathlib import Path

from cornu_backend_opencl.device import child, kept
from cornu_backend_opencl.settings import PROBE, wanted_probe
from cornu_engine.errors import BackendError

PATIENCE = {"listed its devices": (60.0, 0.0)}
_VENDORS = ("OCL_ICD_VENDORS", "OPENCL_VENDOR_PATH", "OCL_ICD_FILENAMES")
_known: dict[tuple[str, str], str] = {}  # how it failed, by key and what is asked of the probe
_lock = threading.RLock()


def check_listing(again: bool = False) -> None:
    """Find out whether devices can be listed, in a process of its own.

    Parameters
    ----------
    again : bool
        Try it, whatever is known.

    Raises
    ------
    BackendError
        If that process crashed or hung.
    """
    wanted = wanted_probe()
    if wanted == "off" or not child.can_start():
        return
    key = _key()
    with _lock:
        if again or (key, wanted) not in _known:
            found = None if wanted or again else kept.entries().get(key)
            if not isinstance(found, str):
                found, _ = child.ask("list_devices", PATIENCE)
                if not wanted:
                    kept.keep(key, found)
            _known[key, wanted] = found
        failure = _known[key, wanted]
    if failure:
        raise BackendError(
            f"OpenCL cannot be used: {failure}. One of the drivers is broken: update it or take it "
            f"away. `python -m cornu devices` tries again, and {PROBE}=off asks it untried."
        )


def trust() -> None:
    """Ask drivers without trying them first, in this process alone."""
    _known[_key(), wanted_probe()] = ""


def _key() -> str:
    """Return what a finding is for: the drivers that are registered, and releases."""
    told = [os.environ.get(name, "") for name in _VENDORS]
    folders = (*filter(os.path.isdir, told), "/etc/OpenCL/vendors")
    files = sorted(file for folder in folders for file in Path(folder).glob("*.icd"))
    told += (f"{file} {_changed(file)} {_changed(_library(file))}" for file in files)
    told += map(_version_of, ("pyopencl", "pocl-binary-distribution"))
    digest = hashlib.sha256("\n".join(told).encode("utf-8", "replace")).hexdigest()[:16]
    return f"listing / {digest} / {kept.version()}"


def _version_of(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def _library(file: Path) -> Path:
    try:
        return Path(file.read_text("utf-8").strip())
    except (OSError, ValueError):
        return file


def _changed(file: Path) -> str:
    try:
        return str(file.stat().st_mtime_ns)
    except (OSError, ValueError):
        return ""
