"""How a notebook shows things of ours, where a plugin knows how."""

from __future__ import annotations

from typing import Any

from cornu.plugins import registry


def repr_html(self: Any) -> str | None:
    """Return HTML, or None where nothing installed makes any: the text is shown then."""
    as_html = registry.role("utility", "html")
    return None if as_html is None else as_html(self)
