"""Optimizers, losses, metrics and callbacks: fresh ones for every fit, with their settings."""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Mapping
from typing import Any

from cornu.plugins import registry
from cornu_data.constructors import signature_parameters
from cornu_engine.errors import UnknownNameError, letters, near_matches


def make(kind: str, given: Any, settings: Mapping[str, Any]) -> Any:
    """Return an optimizer or a loss of its own for one fit.

    Parameters
    ----------
    kind : {"optimizer", "loss"}
    given : str, class, object or function
        An object is copied, so that its state is never shared between fits.
    settings : mapping
        Arguments of its class; those of an object replace its own.

    Examples
    --------
    >>> float(make("optimizer", "sgd", {"learning_rate": 0.5}).learning_rate)
    0.5
    """
    part = registry.lookup(kind, given) if isinstance(given, str) else given
    if isinstance(part, type):
        return part(**settings) if settings or kind == "optimizer" else given
    if hasattr(part, "get_config"):
        return type(part).from_config({**part.get_config(), **settings})
    if not settings:
        return given
    name = given if isinstance(given, str) else getattr(part, "__name__", "")
    for entry in registry.entries(kind):  # binary_crossentropy -> BinaryCrossentropy
        if isinstance(entry.object, type) and letters(entry.name) == letters(name):
            return entry.object(**settings)
    return functools.partial(part, **settings)


def make_all(kind: str, given: Any, settings: Mapping[str, Any]) -> list[Any]:
    """Return a list of metrics or callbacks from names, classes and objects, alone or in a list.

    Parameters
    ----------
    kind : {"metric", "callback"}
    given : str, class, object, list or dict of them, or None
    settings : mapping
        `patience` goes to each that has it, `0__patience` to the first, `name__patience` to the one
        of this name in a dict.

    Examples
    --------
    >>> from cornu.callbacks import EarlyStopping
    >>> make_all("callback", EarlyStopping, {"patience": 3})[0].patience
    3
    """
    named = given.items() if isinstance(given, dict) else enumerate(_listed(given))
    left = dict.fromkeys(settings)
    made = []
    for place, one in named:
        own = _settings_for(kind, one, f"{place}__", settings)
        for name in own:
            left.pop(name, None)
            left.pop(f"{place}__{name}", None)
        made.append(_one(kind, one, own))
    if left:
        unused = next(iter(left))
        raise UnknownNameError(_nobody_takes(kind, unused, made))
    return made


def _listed(given: Any) -> list[Any]:
    if given is None:
        return []
    return list(given) if isinstance(given, (list, tuple)) else [given]


def _settings_for(kind: str, one: Any, prefix: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    taken = _names(kind, one)
    own = {name: value for name, value in settings.items() if name in taken}
    start = len(prefix)
    own.update({n[start:]: v for n, v in settings.items() if n.startswith(prefix)})
    return own


def _names(kind: str, one: Any) -> set[str]:
    """Return the settings of a class, or of an object's class, as far as they are known."""
    found = _lookup(kind, one)
    if isinstance(found, type):
        return set(signature_parameters(found))
    return {name for name in vars(found) if name[0] != "_"} if hasattr(found, "__dict__") else set()


def _lookup(kind: str, one: Any) -> Any:
    try:
        return registry.lookup(kind, one) if isinstance(one, str) else one
    except UnknownNameError:
        if kind == "metric":  # "accuracy" is found by the shapes
            return None
        raise


def _one(kind: str, one: Any, settings: dict[str, Any]) -> Any:
    if isinstance(one, str) and not settings and kind == "metric":
        return one
    found = _lookup(kind, one)
    if isinstance(found, type):
        return found(**settings)
    if kind == "metric" and hasattr(found, "get_config"):
        return type(found).from_config({**found.get_config(), **settings})
    if not hasattr(found, "__dict__") or inspect.isroutine(found):
        return found
    copied = copy.deepcopy(found)
    for name, value in settings.items():
        setattr(copied, name, value)
    return copied


def _nobody_takes(kind: str, name: str, made: list[Any]) -> str:
    if not made:
        return f"{kind}s__{name} has nothing to go to: pass {kind}s=... too."
    known = sorted({n for one in made for n in _names(kind, one)})
    names = ", ".join(type(one).__name__ for one in made)
    hint = near_matches(name.rpartition("__")[2], known)
    return f"No {kind} has {name!r}: there {'is' if len(made) == 1 else 'are'} {names}. {hint}"
