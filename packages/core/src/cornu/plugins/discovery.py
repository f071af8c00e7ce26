"""Find the plugins that are installed and load each one without letting it harm the others.

Whatever is wrong with a plugin becomes a `Problem` that names its distribution and module.
It is shown once as a `PluginWarning` and by `python -m cornu plugins`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pluggy

from cornu.plugins import ENTRY_POINT_GROUP, hookimpl, hookspecs
from cornu.plugins.kinds import KINDS, OWN
from cornu_engine.errors import PluginWarning, near_matches
from cornu_engine.interrupt import let_signals_through

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["Plugin", "Problem", "installed_entry_points", "load_plugins", "warn_of"]

HOOKS = tuple(kind.hook for kind in KINDS.values())


@dataclass(frozen=True)
class Problem:
    """What is wrong with one plugin, in words, and the exception behind it where there is one."""

    distribution: str
    module: str
    text: str
    cause: BaseException | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"Plugin {self.distribution} (module {self.module}): {self.text}"


@dataclass
class Plugin:
    """One plugin that was found: its distribution, its module, and the object once loaded."""

    distribution: str
    version: str
    module: str
    object: Any = None

    def states(self, fact: str) -> bool:
        """Tell whether the plugin states a fact of all that it brings, such as `IN_KERAS`."""
        return bool(getattr(self.object, fact, False))

    @property
    def is_own(self) -> bool:
        """Whether it is one of Cornu's own."""
        return self.distribution in OWN

    @property
    def hooks(self) -> tuple[str, ...]:
        """The hooks that the plugin implements, in the order of `cornu.plugins.hookspecs`."""
        implemented = {_hook_of(self.object, name) for name in dir(self.object)}
        return tuple(hook for hook in HOOKS if hook in implemented)


def installed_entry_points() -> Iterable[Any]:
    """Return the entry points of this environment: plugins, and offers that need no plugin.

    These stand in a group that is named after their hook, so that backends and exporters need no
    core.

    Example
    -------
    >>> "cornu-layers" in {point.name for point in installed_entry_points()}
    True
    """
    from importlib.metadata import entry_points  # 20 ms: only where a plugin is needed

    there = entry_points()
    offers = [OfferPoint(hook, point) for hook in HOOKS for point in there.select(group=hook)]
    return [*there.select(group=ENTRY_POINT_GROUP), *offers]


class OfferPoint:
    """An entry point of a hook's group, as a plugin that makes one offer, by reference."""

    def __init__(self, hook: str, point: EntryPoint) -> None:
        self.name, self.value, self.dist = f"{hook}.{point.name}", point.value, point.dist
        offers = [(point.name, point.value)]
        setattr(self, hook, hookimpl(lambda: offers))

    def load(self) -> OfferPoint:
        """Return the plugin: itself."""
        return self


def load_plugins(
    entry_points: Iterable[Any],
) -> tuple[pluggy.PluginManager, list[Plugin], list[Problem]]:
    """Load the plugins behind entry points into a fresh plugin manager.

    Cornu's own distributions come first, then the others by name, so that the outcome does not
    depend on the order in which things were installed.

    Returns
    -------
    tuple
        The manager, the plugins in order, and everything that was wrong with any of them.
    """
    manager = pluggy.PluginManager("cornu")
    manager.add_hookspecs(hookspecs)
    plugins: list[Plugin] = []
    problems: list[Problem] = []
    taken: dict[str, Plugin] = {}
    for point in sorted(entry_points, key=_own_first):
        plugin = _describe(point)
        namesake = taken.get(point.name)
        if namesake is not None:
            # An editable install next to a wheel shows the same entry point twice: not a clash.
            if (namesake.distribution, namesake.module) != (plugin.distribution, plugin.module):
                text = (
                    f"its entry point {point.name!r} is already taken by {namesake.distribution} "
                    f"(module {namesake.module}); an entry point is named after its distribution."
                )
                problems.append(Problem(plugin.distribution, plugin.module, text))
            continue
        taken[point.name] = plugin
        problems.extend(_load(manager, plugin, point.load, point.name))
        plugins.append(plugin)
    return manager, plugins, problems


def warn_of(problems: Iterable[Problem]) -> None:
    """Show each problem as a warning."""
    for problem in problems:
        warnings.warn(str(problem), PluginWarning, stacklevel=2)


def register(manager: pluggy.PluginManager, plugin: Plugin) -> list[Problem]:
    """Register a plugin whose object is at hand already, such as a module under test."""
    return _load(manager, plugin, lambda: plugin.object, plugin.distribution)


def _load(
    manager: pluggy.PluginManager, plugin: Plugin, load: Callable[[], Any], name: str
) -> list[Problem]:
    try:
        plugin.object = load()
        manager.register(plugin.object, name=name)
        texts = list(_misspelt(plugin.object))
    except (Exception, SystemExit) as error:  # whatever it raises, the others keep working
        let_signals_through(error)
        plugin.object = None
        text = f"could not be loaded, {type(error).__name__}: {error}"
        return [Problem(plugin.distribution, plugin.module, text, error)]
    return [Problem(plugin.distribution, plugin.module, text) for text in texts]


def _misspelt(module: Any) -> Iterable[str]:
    """Say which hooks would silently never be called: unknown names, and unmarked functions."""
    for name in dir(module):
        hook = _hook_of(module, name)
        if hook is not None and hook not in HOOKS:
            hint = near_matches(hook, HOOKS, limit=1) or f"The hooks are {', '.join(HOOKS)}."
            yield f"there is no hook {hook!r}. {hint}"
        elif hook is None and name in HOOKS:
            yield f"{name!r} is not marked with @cornu.plugins.hookimpl, so it is never called."


def _hook_of(module: Any, name: str) -> str | None:
    """Return the hook that an attribute of a plugin implements, or None if it implements none."""
    options = getattr(getattr(module, name, None), "cornu_impl", None)
    if not isinstance(options, dict):
        return None
    return options.get("specname") or name


def _describe(point: Any) -> Plugin:
    dist = point.dist
    if dist is None:
        return Plugin(point.name, "unknown", point.value)
    return Plugin(dist.metadata["Name"], dist.version, point.value)


def _own_first(point: Any) -> tuple[int, str, str]:
    name = point.dist.metadata["Name"] if point.dist is not None else point.name
    return (OWN.index(name) if name in OWN else len(OWN), name, point.value)
