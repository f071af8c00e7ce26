"""What stands under `cornu.` and is defined elsewhere: the rings below, wings, older paths.

`cornu.ops` *is* `cornu_ops`, and `cornu.keras` is `cornu` itself, so that `from cornu import keras`
is the one line a script has to change. A distribution says what it brings under `cornu.` by entry
points of the group `cornu_modules`, which are read when such a name is first asked for:

    [project.entry-points.cornu_modules]
    datasets = "cornu_preprocessing.datasets"
    "layers.core" = "cornu.layers"

No module is ever loaded twice: whatever is found below an alias is a part of the real module.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

__all__ = ["GROUP", "COMES_WITH", "HERE", "brought", "install", "missing"]

GROUP = "cornu_modules"  # of the entry points

# By what core itself needs.
HERE = {
    "cornu.errors": "cornu_engine.errors",
    "cornu.keras": "cornu",
    "cornu.ops": "cornu_ops",
    "cornu.random": "cornu_ops.random",
    "cornu.tree": "cornu_engine.tree",
}

# What to install where one of these is asked for and nothing brings it.
COMES_WITH = {
    "applications": "cornu-layers",
    "backend": "cornu-keras",
    "compat": "cornu-keras",
    "datasets": "cornu-preprocessing",
    "distillation": "cornu-optim",
    "distributed": "cornu-distributed",
    "distribution": "cornu-distributed",
    "engine": "cornu-keras",
    "export": "cornu-export",
    "objectives": "cornu-keras",
    "preprocessing": "cornu-preprocessing",
    "quantizers": "cornu-layers",
    "saved_model": "cornu-export",
    "visualization": "cornu-preprocessing",
    "wrappers": "cornu-sklearn",
}

_brought: dict[str, tuple[str, str]] | None = None


def brought() -> dict[str, tuple[str, str]]:
    """Return what distributions bring: the name under `cornu`, the real module, the distribution.

    Examples
    --------
    >>> brought()["cornu.datasets"]
    ('cornu_preprocessing.datasets', 'cornu-preprocessing')
    """
    global _brought
    if _brought is None:
        from importlib.metadata import entry_points  # 20 ms: only where such a name is asked for

        _brought = {
            f"cornu.{point.name}": (point.value, point.dist.metadata["Name"] if point.dist else "")
            for point in entry_points(group=GROUP)
        }
    return _brought


class Finder:
    """A meta-path finder of modules that have another name."""

    def __init__(self, real_name: Callable[[str], str | None]) -> None:
        self.real_name = real_name

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return a spec for an alias, None for any other module."""
        real = self.real_name(name) if name.startswith("cornu.") else None
        if real is None:
            return None
        return ModuleSpec(name, Alias(real), is_package=True)  # type: ignore[arg-type]


class Alias:
    """The loader of one alias."""

    def __init__(self, real: str) -> None:
        self.real = real

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave the making of the module to Python; `exec_module` replaces it."""

    def exec_module(self, module: ModuleType) -> None:
        """Put the real module in the alias' place."""
        name = module.__name__
        try:
            sys.modules[name] = import_module(self.real)
        except ModuleNotFoundError as error:
            raise ImportError(_why_not(name, self.real, error.name or ""), name=name) from error


def _at_first(name: str) -> str | None:
    """What no path may find: it would load the module again, or take a folder of stubs for one."""
    parent, _, child = name.rpartition(".")
    if name in HERE:
        return HERE[name]
    if name.startswith("cornu.keras."):
        return name.replace(".keras", "", 1)
    if parent == "cornu":
        return _at_last(name) if child in COMES_WITH else None
    real = getattr(sys.modules.get(parent), "__name__", parent)
    if real == parent:
        return None
    known = _brought or {}
    # what is said to stand below one name of the parent stands below its other names
    names = [parent, *(alias for alias, (target, _) in known.items() if target == real)]
    said = next((known[f"{n}.{child}"] for n in names if f"{n}.{child}" in known), None)
    return said[0] if said else f"{real}.{child}"


def _at_last(name: str) -> str | None:
    """What distributions bring; where none does, the parent's own message says what was meant."""
    if name in brought():
        return brought()[name][0]
    parent, _, child = name.rpartition(".")
    if parent == "cornu" and child in COMES_WITH:
        raise ImportError(missing(child), name=name)
    module = sys.modules.get(parent)
    if module is not None and "__getattr__" in vars(module):
        if PathFinder.find_spec(name, module.__path__) is not None:
            return None  # a file of the package, which somebody loads in a way of his own
        # `from cornu.layers import Dens`: Python asks for a submodule before it gives up.
        try:
            getattr(module, child)
        except AttributeError as error:
            raise ImportError(str(error), name=name) from None
    return None


def install() -> None:
    """Put a finder first on `sys.meta_path` and one last, once."""
    if not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, Finder(_at_first))
        sys.meta_path.append(Finder(_at_last))


def missing(child: str) -> str:
    """Say what to install for `cornu.CHILD`.

    Examples
    --------
    >>> missing("backend")
    'cornu.backend comes with cornu-keras: pip install ...'
    """
    from cornu.installing import how_to_install

    distribution = COMES_WITH[child]
    return f"cornu.{child} comes with {distribution}: {how_to_install(distribution)}"


def _why_not(alias: str, real: str, module: str) -> str:
    top = real.partition(".")[0]
    child = alias.split(".")[1]
    if module == top and child in COMES_WITH:
        return missing(child)
    if module.partition(".")[0] not in (top, "cornu"):
        return f"{alias} needs the module {module}, which is not installed here."
    _, distribution = brought().get(f"cornu.{child}", (real, top.replace("_", "-")))
    return f"{distribution} has no module {module} (asked for as {alias})."
