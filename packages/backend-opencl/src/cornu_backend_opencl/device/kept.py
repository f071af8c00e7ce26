"""What is known of drivers and devices, kept on disk."""

from __future__ import annotations

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


def _file() -> Any:
    return cache_folder() / "opencl-devices.json"


def entries() -> dict[str, Any]:
    """Return all that is kept; nothing where the file is damaged."""
    try:
        found = json.loads(_file().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def keep(key: str, entry: Any) -> None:
    """Keep what was found, if there is a place for it."""
    from cornu_engine.files.atomic import atomically

    try:
        with atomically(_file()) as temporary:
            temporary.write_text(json.dumps({**entries(), key: entry}, indent=1), "utf-8")
    except OSError:
        pass  # it will be tried again
