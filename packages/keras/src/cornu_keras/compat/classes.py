"""Classes of a dialect: subclasses of Cornu's with other defaults and meanings."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from cornu_keras.compat.arguments import Arguments

__all__ = ["Spoken", "derived", "is_a"]


class Spoken(type):
    """The type of a dialect's classes: objects of the plain class are instances as well."""

    def __instancecheck__(cls, obj: Any) -> bool:
        base = vars(cls).get("stands_for")
        return type.__instancecheck__(cls, obj) or (base is not None and isinstance(obj, base))

    def __subclasscheck__(cls, other: type) -> bool:
        base = vars(cls).get("stands_for")
        return type.__subclasscheck__(cls, other) or (base is not None and issubclass(other, base))


def is_a(cls: type, name: str) -> bool:
    """Tell whether one of a class' bases has a name, without importing it."""
    return any(base.__name__ == name for base in cls.__mro__)


def derived(
    speaking: Callable[[], AbstractContextManager[None]],
    module: str,
    base: type,
    meanings: tuple[type, ...],
    arguments: Arguments,
) -> type:
    """Return the class that stands for another one in a dialect."""

    @functools.wraps(base.__init__)  # type: ignore[misc]
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        args, kwargs = arguments.translated(args, kwargs)
        prepared = getattr(type(self), "_prepare", None)
        if prepared is not None:
            kwargs = prepared(kwargs)
        if type(self) is cls and "_made_with" in self.__dict__:
            self.__dict__["_made_with"] = (args, kwargs)
        with speaking():
            super(cls, self).__init__(*args, **kwargs)  # type: ignore[arg-type]
        made = getattr(self, "_made", None)
        if made is not None:
            made()

    self_parameter = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    said = arguments.signature()
    __init__.__signature__ = said.replace(  # type: ignore[attr-defined]
        parameters=[self_parameter, *said.parameters.values()]
    )
    kind: Any = Spoken
    if not issubclass(Spoken, type(base)):
        kind = type("Spoken", (Spoken, type(base)), {})
    body = {
        "__init__": __init__,
        "__module__": module,
        "__qualname__": base.__name__,
        "__doc__": base.__doc__,
        "stands_for": base,
        "_speaking": staticmethod(speaking),
    }
    cls: type = kind(base.__name__, (*meanings, base), body)
    return cls
