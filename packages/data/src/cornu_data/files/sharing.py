"""Layers that stand in several places of a model, told from layers that are merely alike.

Such a layer is written in full at each place, and all places are marked with one
`shared_object_id`. Keras marks all but the first, sometimes all; its files hold the weights once.
Of a layer that two models call, Keras loses count of the calls if it makes it once: it is marked
with a key that Keras does not know, which reads several layers of the same values then.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

__all__ = [
    "called_by_a_model",
    "mark",
    "marking",
    "one_object_per_id",
    "own_marks",
    "remember",
    "shared",
]

_MARK, _OWN_MARK = "shared_object_id", "cornu_shared_object_id"


# Writing


class _Places:
    """Which layers were written how often, and the marks of those that stand in several places."""

    def __init__(self) -> None:
        self.objects: list[Any] = []  # held, so that no other takes the id of one
        self.counts: Counter[int] = Counter()
        self.marks: dict[int, int] = {}
        self.calling: Counter[int] = Counter()  # models, by the layer
        self.numbered: set[int] = set()  # layers whose calls a graph counts


_places: ContextVar[_Places | None] = ContextVar("cornu_places", default=None)


def marking(write: Callable[[Any], Any], obj: Any) -> Any:
    """Return `write(obj)`, in which layers that stand in several places are marked.

    What stands in several places is known once all is written, so it is written again then.
    """
    if _places.get() is not None:  # within what is being written
        return write(obj)
    places = _Places()
    token = _places.set(places)
    try:
        config = write(obj)
        shared_ones = [key for key, count in places.counts.items() if count > 1]
        if shared_ones:
            places.marks = {key: number for number, key in enumerate(shared_ones, 1)}
            config = write(obj)
        return config
    finally:
        _places.reset(token)


def mark(obj: Any, config: dict[str, Any]) -> None:
    """Note that a layer was written, and mark what was written of one with several places."""
    places = _places.get()
    if places is None or not hasattr(obj, "save_own_variables"):
        return
    places.objects.append(obj)
    places.counts[id(obj)] += 1
    if id(obj) in places.marks:
        miscounted = id(obj) in places.numbered and places.calling[id(obj)] > 1
        config[_OWN_MARK if miscounted else _MARK] = places.marks[id(obj)]


def called_by_a_model(layer: Any, numbered: bool) -> None:
    """Note that the model which is being written calls a layer; a graph numbers its calls."""
    places = _places.get()
    if places is not None and not places.marks:
        places.calling[id(layer)] += 1
        if numbered:
            places.numbered.add(id(layer))


def own_marks(config: dict[str, Any]) -> dict[str, int]:
    """Return the mark of a configuration under the key that Keras does not know.

    Examples
    --------
    >>> own_marks({"class_name": "Dense", "shared_object_id": 1})
    {'cornu_shared_object_id': 1}
    """
    mark = _mark_of(config)
    return {} if mark is None else {_OWN_MARK: mark}


# Reading


class _Made:
    """A layer that was made, the configuration it was made from, and its mark once it is known."""

    def __init__(self, obj: Any, config: dict[str, Any]) -> None:
        self.object, self.config, self.mark = obj, _unmarked(config), _mark_of(config)


_made: ContextVar[dict[Any, list[_Made]] | None] = ContextVar("cornu_made", default=None)


@contextlib.contextmanager
def one_object_per_id() -> Iterator[None]:
    """Make a layer that a configuration marks as shared once, for all of its places."""
    if _made.get() is not None:  # within what is being read
        yield
        return
    token = _made.set({})
    try:
        yield
    finally:
        _made.reset(token)


def shared(config: dict[str, Any]) -> Any:
    """Return the layer that was made for an earlier place of the same one, or None.

    Whoever writes a place writes all of it, so a short file cannot ask for many calls.
    """
    made, mark = _made.get(), _mark_of(config)
    if made is None or mark is None:
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


def _mark_of(config: dict[str, Any]) -> Any:
    mark = config.get(_MARK, config.get(_OWN_MARK))
    return mark if isinstance(mark, (int, str)) else None


def _key(config: dict[str, Any]) -> tuple[str, str]:
    inner = config.get("config")
    return str(config["class_name"]), str(inner.get("name") if isinstance(inner, dict) else None)


def _unmarked(config: dict[str, Any]) -> Any:
    """Return what an object is made of, without marks, which a first place has not."""
    return _without_marks(config.get("config"))


def _without_marks(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_marks(x) for key, x in value.items() if key not in (_MARK, _OWN_MARK)}
    return [_without_marks(x) for x in value] if isinstance(value, (list, tuple)) else value
