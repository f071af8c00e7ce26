"""The registry: every layer, optimizer, loss, … by name, whoever brought it.

Strings in `compile`, names in saved files and `from cornu.layers import Dense` all end here.
Nothing is loaded before the first question, and a hook is called only when its kind is asked for.
"""

from __future__ import annotations

import contextlib
import reprlib
import threading
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from typing import Any

import pluggy

from cornu.installing import how_to_install
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
from cornu.plugins.table import Entry, Table
from cornu_engine import backends
from cornu_engine.errors import (
    MissingDistributionError,
    PluginError,
    UnknownNameError,
    near_matches,
)

__all__ = [
    "CustomObjectScope",
    "Entry",
    "Registry",
    "attribute",
    "custom_object_scope",
    "custom_objects_in_effect",
    "entries",
    "find",
    "get",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "installed",
    "lookup",
    "meaning",
    "meant",
    "name_of",
    "names",
    "names_of",
    "plugins",
    "problems",
    "reasons",
    "register",
    "register_keras_serializable",
    "role",
    "unregister",
]


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
        self._tables: dict[str, Table] = {}
        self._packages: frozenset[str] = frozenset()
        self._being_filled: set[str] = set()
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

    def reasons(self, kind: str) -> list[str]:
        """Say why names of one kind may be missing: plugins or hooks that raised an exception."""
        self._table(kind)
        starts = ("could not be loaded", f"{kind_of(kind).hook}: raised")
        return [str(p) for p in self._problems if p.text.startswith(starts)]

    def installed(self, distribution: str) -> bool:
        """Say whether a distribution brought a plugin."""
        return any(plugin.distribution == distribution for plugin in self.plugins())

    def packages(self) -> frozenset[str]:
        """Return the packages that installed plugins come from."""
        self._load()
        return self._packages

    def register(self, plugin: Any, name: str | None = None) -> None:
        """Add a plugin that no entry point announces: a module, or any object with hooks.

        Installed plugins need no call. This is for notebooks and tests.
        """
        with self._lock:
            manager = self._load()
            module = getattr(plugin, "__name__", type(plugin).__name__)
            record = Plugin(name or module, "unknown", module, plugin)
            problems = discovery.register(manager, record)
            self._report(problems)
            if record.object is None:
                cause = problems[0].cause
                raise PluginError(str(problems[0])) from cause
            self._plugins.append(record)
            self._tables.clear()

    def unregister(self, plugin: Any) -> None:
        """Take away what `register` added."""
        with self._lock:
            self._load().unregister(plugin)
            self._plugins = [known for known in self._plugins if known.object is not plugin]
            self._tables.clear()

    # Names

    def names(self, kind: str) -> list[str]:
        """Return the public names of one kind, sorted."""
        return sorted({e.name for e in self._table(kind).entries if not e.is_role})

    def entries(self, kind: str) -> list[Entry]:
        """Return every name of one kind with its object and plugin."""
        return list(self._table(kind).entries)

    def attribute(self, kind: str, name: str) -> Any:
        """Return the class or function of exactly that name: what `import` finds.

        Raises
        ------
        MissingDistributionError
            If the distribution that brings this kind is not installed.
        UnknownNameError
            If nothing installed brings the name.
        """
        # Ours first: a stranger's module may be about to be imported, and derive from what it asks.
        own = self._table(kind, of_strangers=False).attribute(name)
        entry = own or self._table(kind).attribute(name)
        if entry is None:
            raise self._miss(kind_of(kind), name)
        return entry.object

    def lookup(self, kind: str, name: str) -> Any:
        """Return the class or function that a string means, custom objects first.

        A string is a name or alias as registered; where there is none, case and underscores do not
        count: `"Adam"`, `"adam"`, `"ADAM"`; `"MaxNorm"`, `"max_norm"`.

        Raises
        ------
        MissingDistributionError
            If the distribution that brings this kind is not installed.
        UnknownNameError
            If nothing installed brings the name.
        """
        obj = self.find(kind, name)
        if obj is None:
            raise self._miss(kind_of(kind), name)
        return obj

    def find(self, kind: str, name: str) -> Any:
        """Return what `lookup` does, and None where it raises an error, which takes long."""
        custom = custom_objects_in_effect()
        if name in custom:
            return custom[name]
        entry = self._table(kind).meant_by(name)
        if entry is None:
            return None
        return meant(kind, name, entry.object)

    def role(self, kind: str, name: str) -> Any:
        """Return what plugins offer for a purpose of Cornu's own, or None.

        A role is a name in brackets: `"(none)"`, what `None` stands for; `"(array)"`, what makes
        one of an array; `"(float16)"`, what goes around an optimizer in a model of float16;
        `"(quantized)"`, the policy that `"int8_from_float32"` stands for.
        """
        entry = self._table(kind).attribute(f"({name})")
        return None if entry is None else entry.object

    def get(self, kind: str, identifier: Any) -> Any:
        """Turn whatever a user may pass for one kind into an object.

        `None` stays `None`; a string is looked up, and a class is called without arguments; a
        config dictionary is deserialised; an object or function passes. An array stands for what
        has the role "array": the initializer that gives it.
        """
        if identifier is None:
            return None
        if isinstance(identifier, str):
            return _instance(self.lookup(kind, identifier))
        if isinstance(identifier, dict):
            self._load()  # core's plugin brings the reader
            identifier = _readers[-1](identifier, kind=kind)
        row = kind_of(kind)
        of_array = self.role(kind, "array") if hasattr(identifier, "__array__") else None
        if of_array is not None:
            return of_array(identifier.__array__())
        if hasattr(identifier, row.protocol):
            return _instance(identifier)
        text = (
            f"{reprlib.repr(identifier)} is not {_a(row.name)}: pass a name, a config dictionary, "
            f"a class or an object from {row.module}."
        )
        raise UnknownNameError(f"{text} {_not_installed(row, self._absent(row))}".rstrip())

    def names_of(self, kind: str, obj: Any) -> list[Entry]:
        """Return the names under which plugins offer a class or function."""
        return self._table(kind).names_of(obj)

    def name_of(self, kind: str, obj: Any) -> str:
        """Return the name that finds a class, function or object's class again.

        A registered custom name comes first, then the name from a plugin, then its own.
        """
        target = obj if isinstance(obj, type) or hasattr(obj, "__name__") else type(obj)
        custom = get_registered_name(target)
        own = getattr(target, "__name__", type(target).__name__)
        if custom != own:
            return custom
        known = [entry.name for entry in self.names_of(kind, target)]
        return own if own in known or not known else known[0]

    # Loading

    def _load(self) -> pluggy.PluginManager:
        with self._lock:
            if self._manager is None:
                entry_points = self._entry_points or discovery.installed_entry_points
                self._manager, self._plugins, problems = discovery.load_plugins(entry_points())
                modules = (plugin.module.partition(":")[0] for plugin in self._plugins)
                self._packages = frozenset(module.partition(".")[0] for module in modules)
                self._report(problems)
            return self._manager

    def _table(self, kind: str, of_strangers: bool = True) -> Table:
        table = self._tables.get(kind)
        if table is not None and table.is_full:
            return table
        row = kind_of(kind)
        with self._lock:
            if kind in self._being_filled:  # a hook of this kind asks for this kind: what is there
                return self._tables[kind]
            if kind not in self._tables:
                self._tables[kind] = Table(row, self._load(), self._plugins)
            table = self._tables[kind]
            self._being_filled.add(kind)
            try:
                self._report(list(table.fill(of_strangers)))
            finally:
                self._being_filled.remove(kind)
            return table

    def _report(self, problems: list[Problem]) -> None:
        new = [problem for problem in problems if problem not in self._problems]
        self._problems.extend(new)
        discovery.warn_of(new)

    def _absent(self, kind: Kind) -> list[str]:
        return [of for of in kind.providers if not self.installed(of)]

    def _miss(self, kind: Kind, name: str) -> Exception:
        said = f"There is no {kind.name} {name!r}."
        hint = near_matches(name, self.names(kind.name))
        absent = self._absent(kind)
        own = _not_installed(kind, absent)
        if kind.providers[0] in absent:
            return MissingDistributionError(" ".join(filter(None, (said, hint, own))))
        # Where a plugin that should bring it is broken, that is the reason.
        broken = [str(p) for p in self._problems if p.distribution in kind.providers]
        broken = list(dict.fromkeys((*broken, *self.reasons(kind.name))))
        text = " ".join(filter(None, (hint, *broken, own)))
        return UnknownNameError(f"{said} {text or f'See dir({kind.module}) for all of them.'}")


def _not_installed(kind: Kind, absent: list[str]) -> str:
    if not absent:
        return ""
    some = "" if len(absent) == len(kind.providers) else "Some of "
    which = "which is" if len(absent) == 1 else "which are"
    return (
        f"{some}Cornu's own {kind.face} come with {' and '.join(absent)}, "
        f"{which} not installed here: {how_to_install(*absent)}"
    )


def _no_reader(config: Any, kind: str) -> Any:
    raise PluginError("Core's own plugin, which reads configurations, could not be loaded.")


_meaning: ContextVar[Callable[[str, str, Any], Any] | None] = ContextVar(
    "cornu_meaning", default=None
)


@contextlib.contextmanager
def meaning(means: Callable[[str, str, Any], Any]) -> Iterator[None]:
    """Let names mean something else inside a `with` block, in this thread only.

    Parameters
    ----------
    means : callable
        Given the kind, the name and what plugins brought under it, returns what it means here.
        Custom objects stay what they are.

    Examples
    --------
    >>> def plain(kind, name, found):
    ...     return dict if name == "Dense" else found
    >>> with meaning(plain):
    ...     find("layer", "Dense")
    <class 'dict'>
    """
    token = _meaning.set(means)
    try:
        yield
    finally:
        _meaning.reset(token)


def meant(kind: str, name: str, found: Any) -> Any:
    """Return what something found under a name means here."""
    means = _meaning.get()
    return found if means is None or found is None else means(kind, name, found)


_readers: list[Callable[..., Any]] = [_no_reader]


def reads_configurations(read: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate `read(config, kind=kind)`, which makes an object of its configuration.

    It asks the registry for classes by name, so it stands above and is told, not imported.
    """
    _readers[:] = [read]
    return read


def _instance(obj: Any) -> Any:
    return obj() if isinstance(obj, type) else obj


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


# The registry of this process, and its methods as functions.

default = Registry()

attribute = default.attribute
entries = default.entries
find = default.find
get = default.get
installed = default.installed
lookup = default.lookup
name_of = default.name_of
names = default.names
names_of = default.names_of
packages = default.packages
plugins = default.plugins
problems = default.problems
reasons = default.reasons
register = default.register
role = default.role
unregister = default.unregister


class _Backends:
    """The registry as the engine asks it."""

    def names(self) -> list[str]:
        return default.names("backend")

    def find(self, name: str) -> Any:
        return default.find("backend", name)

    def packages(self) -> dict[str, str]:
        offers = {e.name: e.offer for e in default.entries("backend") if not e.is_role}
        modules = {n: o if isinstance(o, str) else o.__module__ for n, o in offers.items()}
        return {name: module.partition(".")[0] for name, module in modules.items()}

    def reasons(self) -> list[str]:
        return list(default.reasons("backend"))


backends.found_by(_Backends())
