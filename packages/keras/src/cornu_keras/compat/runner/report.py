"""What stands for what in a script, and which names are missing: before anything runs."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

from cornu_keras.compat.runner.advice import why_not
from cornu_keras.compat.runner.known import LIBRARIES
from cornu_keras.compat.runner.names_used import Script, Use

__all__ = ["missing", "report"]


def report(script: Script, dialect: str) -> list[str]:
    """Return the lines of the report; the imports must be redirected already."""
    lines = [f"dialect: {dialect} ({LIBRARIES[dialect]})"]
    replaced = dict(_replaced(script))
    if replaced:
        width = max(map(len, replaced))
        lines.append("replaced:")
        lines += [f"  {name:<{width}}  {real}" for name, real in sorted(replaced.items())]
    else:
        lines.append("replaced: nothing; no import of keras or tensorflow")
    lacks = list(missing(script, dialect))
    lines.append("missing:" if lacks else "missing: nothing")
    lines += [f"  {use.file}:{use.line}: {why}" for use, why in lacks]
    return lines


def _replaced(script: Script) -> Iterator[tuple[str, str]]:
    for use in script.uses:
        found, rest, _ = _reach(use.path)
        if found is not None and not rest and use.is_module:
            real = getattr(found, "__name__", "")
            if real != use.path:
                yield use.path, real.replace("cornu_keras.compat", "cornu.compat", 1)


def missing(script: Script, dialect: str) -> Iterator[tuple[Use, str]]:
    """Yield each name that is not there, once a line, with what to do instead."""
    seen = set()
    for use in script.uses:
        found, rest, words = _reach(use.path)
        if not rest or (use.path, use.file, use.line) in seen:
            continue
        seen.add((use.path, use.file, use.line))
        module = use.path[: -len(rest)].rstrip(".")
        path = f"{module}.{rest.partition('.')[0]}".lstrip(".")
        names = dir(found) if isinstance(found, ModuleType) else ()
        why = why_not(path, dialect, words, names) or ": there is no such name"
        yield use, f"{path}{why}{' (the script goes on without it)' if use.in_try else ''}"


def _reach(path: str) -> tuple[Any, str, str]:
    """Follow a dotted path through modules: what is found, what is left, and why."""
    parts = path.split(".")
    found: Any = None
    for at, part in enumerate(parts):
        if found is not None and not isinstance(found, ModuleType):
            break  # attributes of classes and values are not followed
        try:
            found = import_module(part) if found is None else getattr(found, part)
        except Exception as error:
            try:
                found = import_module(".".join(parts[: at + 1]))
            except Exception as no_module:
                words = str(error if isinstance(error, AttributeError) else no_module)
                return found, ".".join(parts[at:]), words
    return found, "", ""
