"""Check one row of ``symbols.jsonl``: is it here, under the same name, with the same signature?"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

from tests.coverage.data import read
from tests.coverage.signatures import difference

MISSING = object()

#: Kinds of rows whose object is the same under every name.
LIVING = ("class", "function")


def ours(symbol: str) -> str:
    """Translate ``keras.x.y`` into ``cornu.x.y``."""
    return "cornu" + symbol.removeprefix("keras")


@cache
def resolve(path: str) -> Any:
    """Return the object at a dotted path, by import or attribute, or :data:`MISSING`."""
    head, _, name = path.rpartition(".")
    if not head:
        return importlib.import_module(path)
    parent = resolve(head)
    if parent is MISSING:
        return MISSING
    try:
        return getattr(parent, name)
    except (AttributeError, ImportError):
        pass
    if not inspect.ismodule(parent):
        return MISSING
    try:
        return importlib.import_module(path)
    except ImportError:
        return MISSING


def _sequential() -> Any:
    import cornu

    return cornu.Sequential([cornu.Input((2,)), cornu.layers.Dense(1)])


def _functional() -> Any:
    import cornu

    inputs = cornu.Input((2,))
    return cornu.Model(inputs, cornu.layers.Dense(1)(inputs))


#: Classes whose attributes may exist on instances only, and how to make one.
INSTANCES: dict[str, Callable[[], Any]] = {
    "cornu.models.Model": _functional,
    "cornu.models.Sequential": _sequential,
    "cornu.layers.Layer": lambda: _sequential().layers[-1],
    "cornu.optimizers.Optimizer": lambda: resolve("cornu.optimizers.SGD")(),
    "cornu.metrics.Metric": lambda: resolve("cornu.metrics.Mean")(),
    "cornu.Variable": lambda: resolve("cornu.Variable")([1.0]),
    "cornu.KerasTensor": lambda: resolve("cornu.Input")((2,)),
}


@cache
def instance(owner: str) -> Any:
    """Return an instance of the class at ``owner``, or the class where it wants arguments."""
    cls = resolve(owner)
    make = INSTANCES.get(owner, cls)
    try:
        return make()
    except Exception:
        return cls


def has_attribute(path: str) -> bool:
    """Say whether the class at a path, or an instance of it, has the attribute at its end."""
    owner, _, name = path.rpartition(".")
    if resolve(path) is not MISSING:
        return True
    if not inspect.isclass(resolve(owner)):
        return False
    # Static: a property that raises before `fit` is there all the same.
    return inspect.getattr_static(instance(owner), name, MISSING) is not MISSING


def _attribute(row: dict) -> str:
    return "" if has_attribute(ours(row["symbol"])) else "absent"


def _module(row: dict) -> str:
    try:
        importlib.import_module(ours(row["symbol"]))
    except ImportError:
        return "no such module"
    return ""


def _callable(row: dict) -> str:
    target = resolve(ours(row["symbol"]))
    if target is MISSING:
        return "absent"
    if not callable(target):
        return "is no callable"
    return difference(
        target, row["sig_231"], row["sig_315"] or _living_signatures().get(id(target))
    )


@cache
def _living_signatures() -> dict[int, str]:
    """Return, by object, the signature of what Keras 3 still has, under whichever of its names.

    ``keras.models.Input`` is gone from Keras 3, but it is ``keras.Input``, and that one lives.
    """
    rows = (row for row in read("symbols.jsonl") if row["sig_315"] and row["kind"] in LIVING)
    return {id(resolve(ours(row["symbol"]))): row["sig_315"] for row in rows}


CHECKS: dict[str, Callable[[dict], str]] = {
    "class": _callable,
    "function": _callable,
    "method": _callable,
    "classmethod": _callable,
    "staticmethod": _callable,
    "property": _attribute,
    "attr": _attribute,
    "instance-attr": _attribute,
    "module-path": _module,
}


def check(row: dict) -> str:
    """Return what is wrong with the symbol of ``row`` in a few words; "" if it agrees."""
    return CHECKS[row["kind"]](row)
