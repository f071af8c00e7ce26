"""Names in code signs become links to their pages in the reference."""

from __future__ import annotations

import posixpath
import re

from website import names

_CODE = re.compile(r"(?<!\[)`([A-Za-z_][\w.]*)(?:\(\))?`(?!\])")
_FENCE = re.compile(r"^(```.*?^```$|    .*?$|#+ .*?$|\|? *\[.*?\]\(.*?\).*?$)", re.M | re.S)


def linked(text: str, here: str) -> str:
    """Link what is named in a text of the page `here`, except in code, headings and links."""
    pieces = _FENCE.split(text)
    return "".join(
        _CODE.sub(lambda found: _link(found, here), piece) if n % 2 == 0 else piece
        for n, piece in enumerate(pieces)
    )


def _link(found: re.Match[str], here: str) -> str:
    entry = names.by_name().get(found[1])
    if entry is None or entry.path == here:
        return found[0]
    return f"[{found[0]}]({posixpath.relpath(entry.path, posixpath.dirname(here))})"
