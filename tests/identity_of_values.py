"""A plugin of mypy: values are compared with `is`.

`==` on traced values and on variables compares numbers, element by element. So `x == y` has no
truth in code of ours, and neither has what asks for it silently: `in`, `index`, `count` and
`remove` on lists and tuples, and equality of what holds values. All of it works for as long as
the first comparison is with the very same object, and fails on the data for which it is not.
Keys of a dict and members of a set are found by identity.
"""

from __future__ import annotations

from collections.abc import Callable

from mypy.plugin import MethodContext, Plugin
from mypy.types import Instance, TupleType, Type, UnionType, get_proper_type

VALUES = ("cornu_engine.graph.Node", "cornu_engine.variable.Variable")
HASHED = ("typing.Mapping", "typing.AbstractSet")
COMPARING = {"__eq__", "__ne__", "__contains__", "index", "count", "remove"}


def _is_a(kind: Type, names: tuple[str, ...]) -> bool:
    return isinstance(kind, Instance) and any(kind.type.has_base(name) for name in names)


def _compares_values(kind: Type) -> bool:
    """Tell whether equality of a type asks for equality of values."""
    kind = get_proper_type(kind)
    if _is_a(kind, VALUES):
        return True
    if isinstance(kind, UnionType | TupleType):
        return any(map(_compares_values, kind.items))
    if isinstance(kind, Instance):
        return any(map(_compares_values, kind.args[1:] if _is_a(kind, HASHED) else kind.args))
    return False


def _check(context: MethodContext) -> Type:
    asked = [context.type, *(kind for kinds in context.arg_types for kind in kinds)]
    if any(map(_compares_values, asked)):
        errors = context.api.errors  # type: ignore[attr-defined]
        # mypy tries `in` with its errors set aside; this one is meant in any case
        watchers, errors._watchers = errors._watchers, []
        listed = " with ".join(map(str, asked))
        context.api.fail(f"Compare values with `is`: this compares {listed}.", context.context)
        errors._watchers = watchers
    return context.default_return_type


def _check_search(context: MethodContext) -> Type:
    """A key is found by its hash."""
    return context.default_return_type if _is_a(context.type, HASHED) else _check(context)


class IdentityOfValues(Plugin):
    """Looks at every method that compares."""

    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        """Return the check for a method."""
        name = fullname.rpartition(".")[2]
        if name not in COMPARING:
            return None
        return _check if name in ("__eq__", "__ne__") else _check_search


def plugin(version: str) -> type[Plugin]:
    """Return the plugin, for mypy."""
    return IdentityOfValues
