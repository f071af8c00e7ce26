"""The C sources of the kernels, and a hash that names their state."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from cornu_backend_native import fused

FOLDER = Path(__file__).parent / "c"
INCLUDE = re.compile(rb"^[ \t]*#[ \t]*include[ \t]+([^<\s].*)$", re.M)


def translation_units() -> list[Path]:
    """Return every file that is compiled.

    Examples
    --------
    >>> "run.c" in [path.name for path in translation_units()]
    True
    """
    return sorted(FOLDER.rglob("*.c"))


def hash_of(paths: Iterable[Path], *words: str) -> str:
    """Return what names the content of some files, and words that matter beside it."""
    state = sha256("\0".join(words).encode())
    for path in paths:
        text = path.read_bytes().replace(b"\r\n", b"\n")
        state.update(f"\0{path.name}\0{len(text)}\0".encode() + text)
    return state.hexdigest()[:20]


def hash_of_sources() -> str:
    """Return what names the state of all of them."""
    written = [p for p in FOLDER.rglob("*") if p.suffix in {".c", ".h", ".inc"}]
    return hash_of(sorted(written), *fused.files().values())


def with_headers(path: Path) -> list[Path]:
    """Return a file and all of ours that it includes, directly or not."""
    found: dict[Path, None] = {}
    waiting = [path]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        found[one] = None
        for name in INCLUDE.findall(one.read_bytes()):
            waiting += _headers_named(name.decode().strip(), one.parent)
    return sorted(found)


def _headers_named(name: str, beside: Path) -> list[Path]:
    quoted = re.match(r'"(.+?)"', name)
    if quoted is None:  # a macro says which: it may be any
        return [p for p in FOLDER.rglob("*") if p.suffix in {".h", ".inc"}]
    places = (beside / quoted[1], FOLDER / quoted[1])
    return [place.resolve() for place in places if place.is_file()][:1]
