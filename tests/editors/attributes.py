"""The attributes that objects have once they have worked, as a script for type checkers.

Every layer, optimizer, loss, metric, callback, … has examples in its documentation. They are run,
and what the objects in them set on themselves, in whichever way, is noted by the class. A type
checker then reads a script that names all of it: `Dense(3).kernel`, `LSTM(3).units`.
"""

from __future__ import annotations

import contextlib
import doctest
import inspect
from collections.abc import Iterator
from typing import Any

from cornu.plugins import registry

KINDS = (
    "layer",
    "optimizer",
    "loss",
    "metric",
    "callback",
    "initializer",
    "regularizer",
    "constraint",
)
OURS = ("cornu-layers", "cornu-optim", "cornu-preprocessing")


def classes() -> list[type]:
    """Return the classes of our distributions, each once."""
    found = {
        entry.object: None
        for kind in KINDS
        for entry in registry.entries(kind)
        if entry.plugin.distribution in OURS and isinstance(entry.object, type)
    }
    return sorted(found, key=lambda cls: (cls.__module__, cls.__name__))


@contextlib.contextmanager
def _noting(cls: type, noted: set[str]) -> Iterator[None]:
    """Note the names of attributes that are set on objects of exactly this class."""
    objects: dict[int, Any] = {}
    kept = cls.__dict__.get("__setattr__")
    inherited: Any = cls.__setattr__

    def __setattr__(self: Any, name: str, value: Any) -> None:
        if type(self) is cls:
            objects[id(self)] = self
            noted.add(name)
        inherited(self, name, value)

    cls.__setattr__ = __setattr__  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        noted.update(*map(vars, objects.values()))  # some are set on `__dict__`
        if kept is None:
            del cls.__setattr__
        else:
            cls.__setattr__ = kept  # type: ignore[method-assign]


def _run_examples(cls: type) -> None:
    module = inspect.getmodule(cls)
    runner = doctest.DocTestRunner()
    for test in doctest.DocTestFinder(recurse=False).find(cls, globs=dict(vars(module))):
        runner.run(test, out=lambda text: None)  # what they print is another test's


def attributes(cls: type) -> list[str]:
    """Return the public attributes of objects of a class: those set, and the arguments kept."""
    noted: set[str] = set()
    with _noting(cls, noted):
        _run_examples(cls)
    arguments = inspect.signature(cls.__init__).parameters  # type: ignore[misc]
    noted |= {name for name in arguments if hasattr(cls, name)}
    return sorted(name for name in noted if not name.startswith("_"))


def script() -> str:
    """Return a script that names every attribute of every class."""
    lines = []
    for i, cls in enumerate(classes()):
        names = attributes(cls)
        lines.append(f"from {cls.__module__} import {cls.__qualname__} as C{i}")
        lines.append(f"def f{i}(x: C{i}) -> None:")
        lines.append(f"    print({', '.join(f'x.{name}' for name in names)})")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(script())
