"""What errors of layers say beside what went wrong: which layer, on what, and what to write."""

from __future__ import annotations

import sys
from typing import Any

from cornu_engine.graph import current_scope


def made_anew(layer: Any, place: str = "") -> str:
    """Return the message for a layer with weights that a call makes and nobody keeps."""
    where = current_scope().removesuffix(f"/{layer.name}")
    within = f"the call of {where!r}" if where and where != layer.name else "a step"
    keep = f"{place or 'self.' + layer.name} = {type(layer).__name__}(...)"
    return (
        f"{type(layer).__name__} {layer.name!r} is made inside {within}, so its weights would be "
        f"made anew each time and never be trained. Make it once, in __init__() or build(): "
        f"{keep}. In place of a Lambda, write a Layer."
    )


def add_note(error: BaseException, note: str) -> None:
    """Add a line to an error, once: that of the innermost layer."""
    try:
        error._cornu_layer = note  # type: ignore[attr-defined]
    except AttributeError:
        return
    if sys.version_info >= (3, 11):
        error.add_note(note)
    elif error.args and isinstance(error.args[0], str):
        error.args = (f"{error.args[0]}\n{note}", *error.args[1:])


def merge_hint(first: Any) -> str:
    """What to do where a layer of one input was given several."""
    several = isinstance(first, (list, tuple)) and len(first) > 1
    if not several or not all(hasattr(x, "shape") or isinstance(x, (list, tuple)) for x in first):
        return ""
    return (
        f" These are {len(first)} values; if the layer takes one, join them first, for example "
        "with Concatenate()."
    )
