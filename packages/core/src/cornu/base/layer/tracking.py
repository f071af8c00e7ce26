"""How a layer finds its parts: variables, layers, metrics and seed generators among its attributes.

Parts are noted when they are assigned, also inside lists, tuples, dicts and sets, and in the order
in which they came. That order is the order of `layer.weights`, so it is part of every saved file.
"""

# ruff: noqa: D102 - methods of the containers do what they do in list, dict and set
from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from typing import Any

from cornu.base.layer.nesting import make_room
from cornu.base.metric import Metric
from cornu_engine.variable import Storage, Variable
from cornu_ops.random import SeedGenerator

# Kinds of parts, and the list of `Parts` that each belongs in; `Layer` adds itself.
PART_KINDS: list[tuple[type, str]] = [(Metric, "metrics"), (SeedGenerator, "seed_generators")]

_ENTERED: ContextVar[frozenset[int]] = ContextVar("entered", default=frozenset())


class Parts:
    """The parts of one layer, in order of arrival.

    Attributes
    ----------
    trainable_variables, non_trainable_variables, layers, metrics, seed_generators : list
    depth : int
        How many layers lie inside of one another here.
    locked : str
        Why no part may be added now, or an empty text.
    """

    def __init__(self) -> None:
        self.trainable_variables: list[Any] = []
        self.non_trainable_variables: list[Any] = []
        self.layers: list[Any] = []
        self.metrics: list[Any] = []
        self.seed_generators: list[Any] = []
        self.depth = 0
        self.changes = 0
        self.locked = ""
        self._homes: dict[int, list[Any]] = {}  # id of each part -> the list that it is in

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_homes"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        lists = (value for value in state.values() if isinstance(value, list))
        self._homes = {id(part): home for home in lists for part in home}

    def home_of(self, part: Any) -> list[Any] | None:
        """Return the list a part belongs in, or None if it is no part."""
        if id(part) in self._homes:  # for good, whatever `trainable` of a variable says today
            return self._homes[id(part)]
        if isinstance(part, Variable):
            if not part.tracked:
                return None
            return self.trainable_variables if part.trainable else self.non_trainable_variables
        for kind, home in PART_KINDS:
            if isinstance(part, kind):
                return getattr(self, home)
        return None

    def enter(self) -> Iterator[Any]:
        """Yield the layers; none where a walk is inside already, as a part may hold its owner."""
        entered = _ENTERED.get()
        if id(self) not in entered:
            token = _ENTERED.set(entered | {id(self)})
            try:
                yield from self.layers
            finally:
                _ENTERED.reset(token)

    def add(self, part: Any) -> None:
        """Note a part, once."""
        home = None if id(part) in self._homes else self.home_of(part)
        if home is None:
            return
        if self.locked and home is not self.metrics and home is not self.seed_generators:
            raise ValueError(f"{self.locked} Refused: {_described(part)}.")
        home.append(part)
        self._homes[id(part)] = home
        if home is self.layers:
            part.__dict__["_is_part"] = True
            self.depth = max(self.depth, part._parts.depth + 1)
            make_room(self.depth)
        self.count_change()

    def remove(self, part: Any) -> None:
        """Forget a part."""
        home = self._homes.pop(id(part), None)
        if home is not None:
            del home[next(i for i in reversed(range(len(home))) if home[i] is part)]
            self.count_change()

    def count_change(self) -> None:
        """Count what steps of a model may have been traced from: here, and of all models."""
        self.changes += 1
        Storage.changes += 1

    def track(self, value: Any) -> Any:
        """Note every part in `value`; containers come back as ones that note additions too."""
        if isinstance(value, _CONTAINERS):
            return value
        if type(value) is list:
            return TrackedList((self.track(v) for v in value), self)
        if type(value) is dict:
            return TrackedDict(((k, self.track(v)) for k, v in value.items()), self)
        if type(value) is set:
            return TrackedSet((self.track(v) for v in value), self)
        if isinstance(value, tuple):
            members = [self.track(v) for v in value]
            if all(a is b for a, b in zip(members, value, strict=True)):
                return value
            return type(value)(*members) if hasattr(value, "_fields") else type(value)(members)
        self.add(value)
        return value

    def untrack(self, value: Any) -> None:
        """Forget every part in `value`."""
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, (list, tuple, set)):
            for member in value:
                self.untrack(member)
        else:
            self.remove(value)


class TrackedList(list):
    """A list attribute of a layer."""

    def __init__(self, values: Iterable[Any] = (), parts: Parts | None = None) -> None:
        super().__init__(values)
        self.parts = parts

    def _in(self, value: Any) -> Any:
        return value if self.parts is None else self.parts.track(value)

    def _out(self, value: Any) -> None:
        if self.parts is not None:
            self.parts.untrack(value)

    def append(self, value: Any) -> None:
        super().append(self._in(value))

    def insert(self, index: Any, value: Any) -> None:
        super().insert(index, self._in(value))

    def extend(self, values: Iterable[Any]) -> None:
        super().extend(self._in(v) for v in values)

    def __iadd__(self, values: Iterable[Any]) -> TrackedList:  # type: ignore[misc]
        self.extend(values)
        return self

    def __setitem__(self, key: Any, value: Any) -> None:
        self._out(self[key])
        super().__setitem__(
            key, [self._in(v) for v in value] if isinstance(key, slice) else self._in(value)
        )

    def __delitem__(self, key: Any) -> None:
        self._out(self[key])
        super().__delitem__(key)

    def pop(self, index: Any = -1) -> Any:
        value = super().pop(index)
        self._out(value)
        return value

    def remove(self, value: Any) -> None:
        same = (i for i, member in enumerate(self) if member is value)
        place = next(same, None)  # in a program `==` compares numbers
        del self[self.index(value) if place is None else place]

    def clear(self) -> None:
        self._out(list(self))
        super().clear()

    def __reduce__(self) -> Any:
        return (list, (list(self),))

    def __deepcopy__(self, memo: dict) -> list:
        from copy import deepcopy

        return [deepcopy(v, memo) for v in self]


class TrackedDict(dict):
    """A dict attribute of a layer."""

    def __init__(self, items: Iterable[tuple[Any, Any]] = (), parts: Parts | None = None) -> None:
        super().__init__(items)
        self.parts = parts

    def __setitem__(self, key: Any, value: Any) -> None:
        if self.parts is not None:
            if key in self:
                self.parts.untrack(self[key])
            value = self.parts.track(value)
        super().__setitem__(key, value)

    def __delitem__(self, key: Any) -> None:
        self.pop(key)

    def setdefault(self, key: Any, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *mappings: Any, **items: Any) -> None:
        for key, value in dict(*mappings, **items).items():
            self[key] = value

    def pop(self, key: Any, *default: Any) -> Any:
        known = key in self
        value = super().pop(key, *default)
        if known and self.parts is not None:
            self.parts.untrack(value)
        return value

    def popitem(self) -> tuple[Any, Any]:
        key = next(reversed(self))
        return key, self.pop(key)

    def clear(self) -> None:
        for key in list(self):
            self.pop(key)

    def __reduce__(self) -> Any:
        return (dict, (dict(self),))

    def __deepcopy__(self, memo: dict) -> dict:
        from copy import deepcopy

        return {k: deepcopy(v, memo) for k, v in self.items()}


class TrackedSet(set):
    """A set attribute of a layer."""

    def __init__(self, values: Iterable[Any] = (), parts: Parts | None = None) -> None:
        super().__init__(values)
        self.parts = parts

    def add(self, value: Any) -> None:
        super().add(value if self.parts is None else self.parts.track(value))

    def update(self, *others: Iterable[Any]) -> None:
        for value in _chain(others):
            self.add(value)

    def remove(self, value: Any) -> None:
        super().remove(value)
        if self.parts is not None:
            self.parts.untrack(value)

    def discard(self, value: Any) -> None:
        if value in self:
            self.remove(value)

    def pop(self) -> Any:
        value = super().pop()
        if self.parts is not None:
            self.parts.untrack(value)
        return value

    def clear(self) -> None:
        for value in list(self):
            self.remove(value)

    def __reduce__(self) -> Any:
        return (set, (set(self),))

    def __deepcopy__(self, memo: dict) -> set:
        from copy import deepcopy

        return {deepcopy(v, memo) for v in self}


_CONTAINERS = (TrackedList, TrackedDict, TrackedSet)


def _chain(others: Iterable[Iterable[Any]]) -> Iterator[Any]:
    for other in others:
        yield from other


def _described(part: Any) -> str:
    name = getattr(part, "name", "")
    return f"{type(part).__name__} {name!r}" if name else type(part).__name__
