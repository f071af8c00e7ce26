"""The registry: every layer, optimizer, loss, … by name, whoever brought it.

Strings in ``compile``, names in saved files and ``from cornu.layers import Dense`` all end here.
Nothing is loaded before the first question, and a hook is called only when its kind is asked for.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pluggy

from cornu.errors import (
    MissingDistributionError,
    PluginError,
    UnknownNameError,
    near_matches,
)
from cornu.plugins import discovery
from cornu.plugins.custom_objects import (
    CustomObjectScope,
    custom_object_scope,
    custom_objects_in_effect,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from cornu.plugins.discovery import Plugin, Problem
from cornu.plugins.kinds import KINDS, Kind, kind_of

__all__ = [
    "CustomObjectScope",
    "Entry",
    "Registry",
    "attribute",
    "custom_object_scope",
    "custom_objects_in_effect",
    "entries",
    "get",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "installed",
    "lookup",
    "name_of",
    "names",
    "plugins",
    "problems",
    "register",
    "register_keras_serializable",
    "snake_case",
    "unregister",
]


@dataclass(frozen=True)
class Entry:
    """One name of one object, and the plugin that brought it."""

    name: str
    object: Any
    plugin: Plugin

    @property
    def is_class(self) -> bool:
        """Whether the name stands for a class, not a function."""
        return isinstance(self.object, type)


class Registry:
    """Names of every kind, filled from plugins on first need.

    Parameters
    ----------
    entry_points : callable, optional
        Returns the entry points to load plugins from; by default those of this environment.
    """

    def __init__(self, entry_points: Callable[[], Iterable[Any]] | None = None) -> None:
        self._entry_points = entry_points
        self._manager: pluggy.PluginManager | None = None
        self._plugins: list[Plugin] = []
        self._problems: list[Problem] = []
        self._tables: dict[str, _Table] = {}
        self._being_filled: dict[str, _Table] = {}
        self._lock = threading.RLock()  # a hook may import a module that asks the registry

    # Plugins

    def plugins(self) -> list[Plugin]:
        """Return the plugins found, in the order in which they are asked."""
        self._load()
        return list(self._plugins)

    def problems(self) -> list[Problem]:
        """Call every hook, and return everything that is wrong with any plugin."""
        for kind in KINDS:
            self._table(kind)
        return list(self._problems)

    def installed(self, distribution: str) -> bool:
        """Say whether a distribution brought a plugin."""
        return any(plugin.distribution == distribution for plugin in self.plugins())

    def register(self, plugin: Any, name: str | None = None) -> None:
        """Add a plugin that no entry point announces: a module, or any object with hooks.

        Installed plugins need no call. This is for notebooks and tests.
        """
        with self._lock:
            manager = self._load()
            module = getattr(plugin, "__name__", type(plugin).__name__)
            record = Plugin(name or module, "unknown", module, plugin)
            found = discovery.register(manager, record)
            self._report(found)
            if record.object is None:
                cause = found[0].cause
                raise PluginError(str(found[0])) from cause
            self._plugins.append(record)
            self._tables.clear()

    def unregister(self, plugin: Any) -> None:
        """Take away what :meth:`register` added."""
        with self._lock:
            self._load().unregister(plugin)
            self._plugins = [known for known in self._plugins if known.object is not plugin]
            self._tables.clear()

    # Names

    def names(self, kind: str) -> list[str]:
        """Return the public names of one kind, sorted."""
        return sorted({entry.name for entry in self._table(kind).entries})

    def entries(self, kind: str) -> list[Entry]:
        """Return every name of one kind with its object and plugin."""
        return list(self._table(kind).entries)

    def attribute(self, kind: str, name: str) -> Any:
        """Return the class or function of exactly that name: what ``import`` finds.

        Raises
        ------
        MissingDistributionError
            If the distribution that brings this kind is not installed.
        UnknownNameError
            If nothing installed brings the name.
        """
        entry = self._table(kind).attribute(name)
        if entry is None:
            raise self._miss(kind_of(kind), name)
        return entry.object

    def lookup(self, kind: str, name: str) -> Any:
        """Return the class or function that a string means, custom objects first.

        A string is a name or alias as registered, a class name in snake case, or any of these in
        another case: ``"Adam"``, ``"adam"``, ``"ADAM"``; ``"MaxNorm"``, ``"max_norm"``.

        Raises
        ------
        MissingDistributionError
            If the distribution that brings this kind is not installed.
        UnknownNameError
            If nothing installed brings the name.
        """
        custom = custom_objects_in_effect()
        if name in custom:
            return custom[name]
        entry = self._table(kind).meant_by(name)
        if entry is None:
            raise self._miss(kind_of(kind), name)
        return entry.object

    def get(self, kind: str, identifier: Any) -> Any:
        """Turn whatever a user may pass for one kind into an object.

        ``None`` stays ``None``; a string is looked up, and a class is called without arguments; a
        config dictionary is deserialised; an object or function passes.
        """
        if identifier is None:
            return None
        if isinstance(identifier, str):
            return _instance(self.lookup(kind, identifier))
        if isinstance(identifier, dict):
            from cornu.saving.config import deserialize  # saving stands above plugins

            return deserialize(identifier, kind=kind)
        row = kind_of(kind)
        if hasattr(identifier, row.protocol):
            return _instance(identifier)
        raise UnknownNameError(
            f"{identifier!r} is not {_a(row.name)}: pass a name, a config dictionary, a class or "
            f"an object from {row.module}."
        )

    def name_of(self, kind: str, obj: Any) -> str:
        """Return the name that finds a class, function or object's class again.

        A registered custom name comes first, then the name from a plugin, then its own.
        """
        target = obj if isinstance(obj, type) or hasattr(obj, "__name__") else type(obj)
        custom = get_registered_name(target)
        own = getattr(target, "__name__", type(target).__name__)
        if custom != own:
            return custom
        known = [entry.name for entry in self._table(kind).entries if entry.object is target]
        return own if own in known or not known else known[0]

    # Loading

    def _load(self) -> pluggy.PluginManager:
        with self._lock:
            if self._manager is None:
                entry_points = self._entry_points or discovery.installed_entry_points
                self._manager, self._plugins, found = discovery.load_plugins(entry_points())
                self._report(found)
            return self._manager

    def _table(self, kind: str) -> _Table:
        table = self._tables.get(kind)
        if table is not None:
            return table
        row = kind_of(kind)
        with self._lock:
            if kind in self._tables:
                return self._tables[kind]
            if kind in self._being_filled:  # a hook of this kind asks for this kind: what is there
                return self._being_filled[kind]
            table = self._being_filled[kind] = _Table(row)
            try:
                self._report(list(table.fill(self._load(), self._plugins)))
            finally:
                del self._being_filled[kind]
            self._tables[kind] = table
            return table

    def _report(self, found: list[Problem]) -> None:
        new = [problem for problem in found if problem not in self._problems]
        self._problems.extend(new)
        discovery.warn_of(new)

    def _miss(self, kind: Kind, name: str) -> Exception:
        said = f"There is no {kind.name} {name!r}."
        hint = near_matches(name, self.names(kind.name))
        if not self.installed(kind.provider):
            own = f"Cornu's own {kind.module.partition('.')[2]} come with {kind.provider}"
            text = f"{own}, which is not installed here: pip install {kind.provider}"
            return MissingDistributionError(" ".join(filter(None, (said, hint, text))))
        # Where the plugin that should bring it is broken, that is the reason.
        broken = [str(p) for p in self._problems if p.distribution == kind.provider]
        text = " ".join(filter(None, (hint, *broken))) or f"See dir({kind.module}) for all of them."
        return UnknownNameError(f"{said} {text}")


class _Table:
    """The names of one kind. A class and a function may share one: ``l1_l2`` is both in Keras."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.entries: list[Entry] = []
        self._exact: dict[tuple[str, bool], Entry] = {}
        self._loose: dict[tuple[str, bool], Entry] = {}

    def fill(self, manager: pluggy.PluginManager, plugins: list[Plugin]) -> Iterator[Problem]:
        """Ask the plugins in order; whatever is wrong with an offer is yielded and left out."""
        hook = getattr(manager.hook, self.kind.hook)
        order = {id(plugin.object): plugin for plugin in plugins}
        position = {id(plugin.object): index for index, plugin in enumerate(plugins)}
        asked = sorted(hook.get_hookimpls(), key=lambda impl: position[id(impl.plugin)])
        for impl in asked:
            plugin = order[id(impl.plugin)]
            try:
                offers = list(impl.function() or ())
            except (Exception, SystemExit) as error:
                yield self._problem(plugin, f"raised {type(error).__name__}: {error}", error)
                continue
            for offer in offers:
                text = self._add(offer, plugin)
                if text is not None:
                    yield self._problem(plugin, text)

    def attribute(self, name: str) -> Entry | None:
        """Exactly that name; where it is a class and a function, the function, as in Keras."""
        return self._exact.get((name, False)) or self._exact.get((name, True))

    def meant_by(self, name: str) -> Entry | None:
        """Return what a string stands for, trying stricter readings first."""
        wants_class = not self.kind.functions_first
        readings = (self._exact, name), (self._loose, name.lower())
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
        if not isinstance(name, str) or not callable(obj):
            return f"offered {offer!r}, neither a class nor a function nor a pair (name, either)."
        entry = Entry(name, obj, plugin)
        key = (name, entry.is_class)
        first = self._exact.get(key)
        if first is not None:
            if first.object is obj:
                return None
            return (
                f"the {self.kind.name} {name!r} is already brought by {first.plugin.distribution} "
                f"(module {first.object.__module__}); the one from {obj.__module__} is left out. "
                "Give it another name."
            )
        self.entries.append(entry)
        self._exact[key] = entry
        for spelling in {name.lower(), snake_case(name) if entry.is_class else name.lower()}:
            self._loose.setdefault((spelling, entry.is_class), entry)
        return None

    def _own_name(self, obj: Any) -> Any:
        if self.kind.name == "backend":
            return getattr(obj, "name", None)
        return getattr(obj, "__name__", None)

    def _problem(self, plugin: Plugin, text: str, cause: BaseException | None = None) -> Problem:
        return Problem(plugin.distribution, plugin.module, f"{self.kind.hook}: {text}", cause)


def snake_case(name: str) -> str:
    """Return a class name as Keras writes it in lower case.

    Example
    -------
    >>> snake_case("MeanSquaredError"), snake_case("L1L2"), snake_case("Conv2DTranspose")
    ('mean_squared_error', 'l1l2', 'conv2d_transpose')
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _instance(obj: Any) -> Any:
    return obj() if isinstance(obj, type) else obj


def _is_pair(offer: Any) -> bool:
    return isinstance(offer, tuple) and len(offer) == 2


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


# The registry of this process, and its methods as functions.

default = Registry()

attribute = default.attribute
entries = default.entries
get = default.get
installed = default.installed
lookup = default.lookup
name_of = default.name_of
names = default.names
plugins = default.plugins
problems = default.problems
register = default.register
unregister = default.unregister
