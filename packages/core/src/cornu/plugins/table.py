"""The names of one kind, and what each of them means."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pluggy

from cornu.plugins.discovery import Plugin, Problem
from cornu.plugins.kinds import Kind
from cornu_engine.errors import PluginError, letters
from cornu_engine.interrupt import let_signals_through

__all__ = ["Entry", "Table"]


@dataclass(frozen=True)
class Entry:
    """One name of one object, and the plugin that brought it.

    Attributes
    ----------
    name : str
    offer : class, function, or str
        A text is a reference, `"module:Name"`: it is imported when `object` is first asked for.
    plugin : Plugin
    """

    name: str
    offer: Any
    plugin: Plugin

    @property
    def object(self) -> Any:
        """The class or function."""
        if not isinstance(self.offer, str):
            return self.offer
        from importlib import import_module

        module, _, name = self.offer.partition(":")
        try:
            loaded = getattr(import_module(module), name)
        except (ImportError, AttributeError) as error:
            raise PluginError(
                f"Plugin {self.plugin.distribution} (module {self.plugin.module}) offers "
                f"{self.name!r} as {self.offer!r}, which cannot be imported: {error}"
            ) from error
        object.__setattr__(self, "offer", loaded)
        return loaded

    @property
    def is_role(self) -> bool:
        """Whether the name is no name, but says what Cornu itself uses the object for."""
        return self.name.startswith("(")

    @property
    def own_name(self) -> str:
        """What the object is called where it is defined."""
        if isinstance(self.offer, str):
            return self.offer.partition(":")[2]
        return getattr(self.offer, "__name__", "")

    @property
    def module(self) -> str:
        """Where the object is defined."""
        if isinstance(self.offer, str):
            return self.offer.partition(":")[0]
        return self.offer.__module__

    @property
    def is_class(self) -> bool:
        """Whether the name stands for a class, not a function.

        Of a reference, the case of its first letter tells.
        """
        if isinstance(self.offer, str):
            return self.own_name[:1].isupper()
        return isinstance(self.offer, type)

    def stands_for(self, obj: Any) -> bool:
        """Whether this is a name of `obj`, found out without importing anything else."""
        if not isinstance(self.offer, str):
            return self.offer is obj
        if self.own_name != getattr(obj, "__name__", None):
            return False
        if self.module == getattr(obj, "__module__", None):
            return True
        return self.module in sys.modules and self.object is obj  # where it is handed on from

    def is_same_as(self, other: Entry) -> bool:
        """Whether two names stand for one object."""
        if isinstance(other.offer, str):
            return self.offer == other.offer or self.stands_for(other.object)
        return self.stands_for(other.offer)


class Table:
    """The names of one kind. A class and a function may share one: `l1_l2` is both in Keras."""

    def __init__(self, kind: Kind, manager: pluggy.PluginManager, plugins: list[Plugin]) -> None:
        self.kind = kind
        self.entries: list[Entry] = []
        self._exact: dict[tuple[str, bool], Entry] = {}
        self._loose: dict[tuple[str, bool], Entry] = {}
        self._by_own_name: dict[str, list[Entry]] = {}
        functions = {
            id(x.plugin): x.function for x in getattr(manager.hook, kind.hook).get_hookimpls()
        }
        self._to_ask = [(p, functions[id(p.object)]) for p in plugins if id(p.object) in functions]

    @property
    def is_full(self) -> bool:
        """Whether all plugins were asked."""
        return not self._to_ask

    def fill(self, of_strangers: bool) -> Iterator[Problem]:
        """Ask the plugins in order; whatever is wrong with an offer is yielded and left out."""
        while self._to_ask and (of_strangers or self._to_ask[0][0].is_own):
            plugin, function = self._to_ask[0]
            try:
                offers = list(function() or ())
            except (Exception, SystemExit) as error:
                let_signals_through(error)
                offers = []
                yield self._problem(plugin, f"raised {type(error).__name__}: {error}", error)
            for offer in offers:
                text = self._add(offer, plugin)
                if text is not None:
                    yield self._problem(plugin, text)
            del self._to_ask[0]

    def attribute(self, name: str) -> Entry | None:
        """Exactly that name; where it is a class and a function, the function, as in Keras."""
        return self._exact.get((name, False)) or self._exact.get((name, True))

    def names_of(self, obj: Any) -> list[Entry]:
        """Return the names of a class or function, without importing anything else."""
        alike = self._by_own_name.get(getattr(obj, "__name__", ""), ())
        return [entry for entry in alike if entry.stands_for(obj)]

    def meant_by(self, name: str) -> Entry | None:
        """Return what a string stands for, trying stricter readings first."""
        wants_class = not self.kind.functions_first
        readings = (self._exact, name), (self._loose, letters(name))
        if wants_class:
            # "mean_squared_error" as a metric is the class, although a function has that very name
            trials = [(*reading, is_class) for is_class in (True, False) for reading in readings]
        else:
            trials = [(*reading, is_class) for reading in readings for is_class in (False, True)]
        for table, key, is_class in trials:
            if (key, is_class) in table:
                return table[key, is_class]
        return None

    def _add(self, offer: Any, plugin: Plugin) -> str | None:
        name, obj = offer if _is_pair(offer) else (self._own_name(offer), offer)
        if not isinstance(name, str) or not (_is_reference(obj) or callable(obj)):
            return (
                f"offered {offer!r}, neither a class nor a function, nor a reference to one "
                "('module:Name'), nor a pair (name, any of these)."
            )
        entry = Entry(name, obj, plugin)
        key = (name, entry.is_class)
        first = self._exact.get(key)
        if first is not None:
            if entry.is_same_as(first):
                return None
            return (
                f"the {self.kind.name} {name!r} is already brought by {first.plugin.distribution} "
                f"(module {first.module}); the one from {entry.module} is left out. "
                "Give it another name."
            )
        self.entries.append(entry)
        self._exact[key] = entry
        if not entry.is_role:
            self._loose.setdefault((letters(name), entry.is_class), entry)
            self._by_own_name.setdefault(entry.own_name, []).append(entry)
        return None

    def _own_name(self, obj: Any) -> Any:
        if _is_reference(obj):
            return obj.partition(":")[2]
        if self.kind.name == "backend":
            return getattr(obj, "name", None)
        return getattr(obj, "__name__", None)

    def _problem(self, plugin: Plugin, text: str, cause: BaseException | None = None) -> Problem:
        return Problem(plugin.distribution, plugin.module, f"{self.kind.hook}: {text}", cause)


def _is_reference(offer: Any) -> bool:
    return (
        isinstance(offer, str)
        and all(part.isidentifier() for part in offer.replace(":", ".", 1).split("."))
        and ":" in offer
    )


def _is_pair(offer: Any) -> bool:
    return isinstance(offer, tuple) and len(offer) == 2
