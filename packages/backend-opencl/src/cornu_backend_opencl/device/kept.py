"""What is known of drivers and devices, kept on disk."""

from __future__ import annotations

import contextlib
import json
from functools import cache
from importlib import metadata
from typing import Any

from cornu_backend_opencl.settings import cache_folder


@cache
def version() -> str:
    """Return our own release: what another has found is found anew."""
    try:
        return metadata.version("cornu-backend-opencl")
    except metadata.PackageNotFoundError:
        return "unknown"


def read(name: str) -> dict[str, Any]:
    """Return what a file of the cache's folder holds; nothing where it is damaged."""
    try:
        found = json.loads((cache_folder() / name).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write(name: str, key: str, entry: Any) -> str:
    """Keep an entry beside the others of a file; return its path.

    Raises
    ------
    OSError
        Where it cannot be written.
    """
    from cornu_engine.files.atomic import atomically

    path = cache_folder() / name
    with atomically(path) as temporary:
        temporary.write_text(json.dumps({**read(name), key: entry}, indent=1), "utf-8")
    return str(path)


_DEVICES = "opencl-devices.json"


def entries() -> dict[str, Any]:
    """Return all that is kept of drivers and devices."""
    return read(_DEVICES)


def keep(key: str, entry: Any) -> None:
    """Keep what was found, if there is a place for it."""
    with contextlib.suppress(OSError):  # it will be tried again
        write(_DEVICES, key, entry)
