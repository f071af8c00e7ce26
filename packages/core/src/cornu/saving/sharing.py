"""Layers that stand in several places of a model, told from layers that are merely alike.

Keras writes such a layer in full at each place, and marks all places but the first, sometimes all,
with one `shared_object_id`. Its files hold the weights once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

__all__ = ["one_object_per_id", "remember", "shared"]

_MARK = "shared_object_id"


class _Made:
    """A layer that was made, the configuration it was made from, and its mark once it is known."""

    def __init__(self, obj: Any, config: dict[str, Any]) -> None:
        self.object, self.config, self.mark = obj, _unmarked(config), config.get(_MARK)


_made: ContextVar[dict[Any, list[_Made]] | None] = ContextVar("cornu_made", default=None)


@contextlib.contextmanager
def one_object_per_id() -> Iterator[None]:
    """Make a layer that a configuration marks as shared once, for all of its places."""
    token = _made.set({})
    try:
        yield
    finally:
        _made.reset(token)


def shared(config: dict[str, Any]) -> Any:
    """Return the layer that was made for an earlier place of the same one, or None.

    Whoever writes a place writes all of it, so a short file cannot ask for many calls.
    """
    made, mark = _made.get(), config.get(_MARK)
    if made is None or not isinstance(mark, (int, str)):
        return None
    alike = [x for x in made.get(_key(config), ()) if x.mark in (None, mark)]
    same = [x for x in alike if x.mark == mark] or alike
    unmarked = _unmarked(config)
    found = [x for x in same if x.config == unmarked]
    if len(found) != 1:
        return None
    found[0].mark = mark
    return found[0].object


def remember(obj: Any, config: dict[str, Any]) -> None:
    """Keep a layer that was made from a configuration, for its other places."""
    made = _made.get()
    if made is not None and hasattr(obj, "save_own_variables"):
        made.setdefault(_key(config), []).append(_Made(obj, config))


def _key(config: dict[str, Any]) -> tuple[str, str]:
    inner = config.get("config")
    return str(config["class_name"]), str(inner.get("name") if isinstance(inner, dict) else None)


def _unmarked(config: dict[str, Any]) -> Any:
    """Return what an object is made of, without marks, which a first place has not."""
    return _without_marks(config.get("config"))


def _without_marks(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_marks(x) for key, x in value.items() if key != _MARK}
    return [_without_marks(x) for x in value] if isinstance(value, (list, tuple)) else value
