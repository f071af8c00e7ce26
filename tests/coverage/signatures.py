"""Compare a callable of ours with a signature recorded from Keras."""

from __future__ import annotations

import ast
import inspect
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

#: A default that is no literal; none at all; no such parameter.
UNKNOWN, REQUIRED, MISSING = object(), object(), object()

#: What introspection prints for a constructor that is object's own: nothing was recorded.
UNRECORDED = "(/, *args, **kwargs)"

_WORDS = {"nan": math.nan, "inf": math.inf}
_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@dataclass(frozen=True)
class Recorded:
    """The parameters of a recorded signature, without ``self``, ``*args`` and ``**kwargs``."""

    positional: tuple[str, ...]
    defaults: dict[str, Any]
    takes_more: bool

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.defaults)


def _literal(node: ast.expr | None) -> Any:
    if node is None:
        return REQUIRED
    if isinstance(node, ast.Name) and node.id in _WORDS:
        return _WORDS[node.id]
    try:
        return ast.literal_eval(node)
    except ValueError:
        return UNKNOWN


@cache
def parse(text: str | None) -> Recorded | None:
    """Read a recorded signature; None where none was recorded."""
    if not text or text == UNRECORDED:
        return None
    definition = ast.parse(f"def f{text}: pass").body[0]
    assert isinstance(definition, ast.FunctionDef)
    given = definition.args
    ordered = [argument.arg for argument in (*given.posonlyargs, *given.args)]
    padding = [None] * (len(ordered) - len(given.defaults))
    defaults = dict(zip(ordered, map(_literal, (*padding, *given.defaults)), strict=True))
    keyword = {
        argument.arg: _literal(default)
        for argument, default in zip(given.kwonlyargs, given.kw_defaults, strict=True)
    }
    bound = [name for name in ordered if name not in ("self", "cls")]
    takes_more = given.vararg is not None
    return Recorded(tuple(bound), {name: defaults[name] for name in bound} | keyword, takes_more)


def signature(target: Callable) -> inspect.Signature:
    """Return the signature of ``target`` as a caller sees it, without ``self``."""
    if not inspect.isclass(target):
        found = inspect.signature(target)
        drop = next(iter(found.parameters), None) == "self"
    elif target.__init__ is not object.__init__:
        # A __new__ that takes anything must not hide the constructor.
        found, drop = inspect.signature(target.__init__), True
    else:
        return inspect.signature(target)
    return found.replace(parameters=list(found.parameters.values())[drop:])


def documented(name: str, target: Callable) -> bool:
    """Say whether a docstring lists ``name``, or a base class' constructor takes it."""
    owners = inspect.getmro(target) if inspect.isclass(target) else (target,)
    row = re.compile(rf"^\s*(\w+\s*,\s*)*{name}\b(\s*,\s*\w+)*\s*(:.*)?$|`{name}[=`]", re.MULTILINE)
    for owner in owners:
        texts = (owner.__doc__, getattr(owner, "__init__", owner).__doc__)
        if any(row.search(text) for text in texts if text):
            return True
        if inspect.isclass(owner) and name in inspect.signature(owner.__init__).parameters:
            return True
    return False


def _spelling(value: object) -> object:
    if isinstance(value, str):
        return value.replace("_", "").lower()
    if isinstance(value, list | tuple):
        parts = tuple(map(_spelling, value))
        # 1 and (1, 1) say the same of strides, sizes and dilations.
        return parts[0] if parts and len(set(parts)) == 1 else parts
    return value


def same_default(ours: object, theirs: object) -> bool:
    """Say whether two defaults mean the same."""
    if theirs is UNKNOWN:
        return True
    if isinstance(theirs, float) and math.isnan(theirs):
        return isinstance(ours, float) and math.isnan(ours)
    return _spelling(ours) == _spelling(theirs)


def _renamed(record: Recorded, leading: Recorded) -> set[str]:
    """Return the required parameters that the living API knows by another name.

    They are passed by position, so the name at their position does for them.
    """
    pairs = zip(record.positional, leading.positional, strict=False)
    return {
        old
        for old, new in pairs
        if old != new and record.defaults[old] is REQUIRED and leading.defaults[new] is REQUIRED
    }


def _lacking(target: Callable, parameters: Mapping, records: list[Recorded]) -> str:
    kinds = {parameter.kind for parameter in parameters.values()}
    anything = inspect.Parameter.VAR_KEYWORD in kinds
    for record in records:
        renamed = _renamed(record, records[0])
        for name in record.names:
            if name in parameters or name in renamed:
                continue
            if not (anything and documented(name, target)):
                return f"no parameter {name}"
    return ""


def _written(default: object) -> str:
    """Return a default's text, the same on every run (no addresses)."""
    text = repr(default)
    return type(default).__name__ if " at 0x" in text else text


def _defaults(parameters: Mapping, leading: Recorded, living: bool) -> str:
    for name, parameter in parameters.items():
        theirs = leading.defaults.get(name, MISSING)
        if parameter.kind in _VARIADIC:
            continue
        if parameter.default is inspect.Parameter.empty:
            if theirs is not REQUIRED and not leading.takes_more:
                return f"requires {name}"
            continue
        compared = living and theirs is not REQUIRED and theirs is not MISSING
        if compared and not same_default(parameter.default, theirs):
            return f"default of {name} is {_written(parameter.default)}, not {theirs!r}"
    return ""


def _positions(parameters: Mapping, leading: Recorded) -> str:
    if any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in parameters.values()):
        return ""
    order = [name for name, parameter in parameters.items() if parameter.kind in _POSITIONAL]
    for position, name in enumerate(leading.positional):
        if name in parameters and order[position : position + 1] != [name]:
            return f"{name} is not at position {position + 1}"
    return ""


def difference(target: Callable, old: str | None, living: str | None) -> str:
    """Say in a few words how ``target`` differs from both signatures of Keras; "" if it does not.

    Every parameter of both must be accepted, those of the living API (else of the old one) at the
    same positions, with the same defaults, and nothing more may be required.
    """
    records = [record for record in (parse(living), parse(old)) if record is not None]
    if not records:
        return ""
    try:
        parameters = signature(target).parameters
    except (TypeError, ValueError):
        return "has no signature"
    leading = records[0]
    return (
        _lacking(target, parameters, records)
        or _defaults(parameters, leading, parse(living) is not None)
        or _positions(parameters, leading)
    )
