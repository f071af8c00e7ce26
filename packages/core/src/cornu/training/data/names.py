"""What a user calls each array of a structure, for messages."""

from __future__ import annotations

from typing import Any

from cornu_engine import tree

__all__ = ["leaves_with_names"]


def leaves_with_names(structure: Any, name: str) -> list[tuple[str, Any]]:
    """Return each leaf with the expression that a user would write for it.

    Examples
    --------
    >>> leaves_with_names({"image": 1, "meta": (2,)}, "x")
    [("x['image']", 1), ("x['meta'][0]", 2)]
    """
    return [
        (name + "".join(f"[{key!r}]" for key in path), leaf)
        for path, leaf in tree.flatten_with_path(structure)
    ]
