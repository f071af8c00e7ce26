"""What a user calls each array of a structure, and which entry of a dict an output has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cornu_engine import tree

__all__ = ["Numbered", "entry_of", "leaves_with_names"]


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


class Numbered(str):
    """A name that got a number, as it came again.

    Attributes
    ----------
    first : str
        The name that it came after.
    """

    first: str


def entry_of(given: Mapping[Any, Any], name: Any) -> Any:
    """Return what a dict holds for a name, or else for the one that it was before it was numbered.

    Examples
    --------
    >>> again = Numbered("head_1")
    >>> again.first = "head"
    >>> [entry_of({"head": 1, "head_2": 2}, name) for name in ("head", again, "head_2")]
    [1, 1, 2]
    """
    return given.get(name, given.get(getattr(name, "first", name)))
