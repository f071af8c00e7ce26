"""Objects that a user names without a plugin: custom-object scopes and registered classes.

The names and meanings are Keras': a scope applies to the thread that entered it, a registration to
the whole process. Both come before anything that a plugin brings.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "custom_objects_in_effect",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "register_keras_serializable",
]

T = TypeVar("T", bound="type | Callable[..., Any]")

_objects: dict[str, Any] = {}
_registered_names: dict[Any, str] = {}


class _Scopes(threading.local):
    def __init__(self) -> None:
        self.stack: list[dict[str, Any]] = []


_scopes = _Scopes()


class CustomObjectScope:
    """Make custom objects known by name inside a `with` block.

    Parameters
    ----------
    *custom_objects : mapping of str to object
        Names and what they stand for; later mappings win.

    Example
    -------
    >>> import cornu
    >>> def double(x):
    ...     return 2 * x
    >>> with cornu.utils.custom_object_scope({"double": double}):
    ...     cornu.activations.get("double") is double
    True
    """

    def __init__(self, *custom_objects: Mapping[str, Any]) -> None:
        self.custom_objects: dict[str, Any] = {}
        for mapping in custom_objects:
            self.custom_objects.update(mapping or {})

    def __enter__(self) -> CustomObjectScope:
        _scopes.stack.append(self.custom_objects)
        return self

    def __exit__(self, *exception: object) -> None:
        _scopes.stack.pop()


custom_object_scope = CustomObjectScope


def get_custom_objects() -> dict[str, Any]:
    """Return the process-wide dictionary of custom objects; change it to add or remove names.

    Example
    -------
    >>> import cornu
    >>> cornu.utils.get_custom_objects()["halve"] = lambda x: x / 2
    >>> cornu.activations.get("halve")(4)
    2.0
    >>> del cornu.utils.get_custom_objects()["halve"]
    """
    return _objects


def custom_objects_in_effect() -> dict[str, Any]:
    """Return every custom object known to this thread, the innermost scope winning.

    Example
    -------
    >>> with CustomObjectScope({"a": 1}), CustomObjectScope({"a": 2}):
    ...     custom_objects_in_effect()["a"]
    2
    """
    known = dict(_objects)
    for scope in _scopes.stack:
        known.update(scope)
    return known


def register_keras_serializable(
    package: str = "Custom", name: str | None = None
) -> Callable[[T], T]:
    """Decorate a class or function so that saved models find it again.

    Parameters
    ----------
    package : str
        A prefix that keeps the names of different projects apart.
    name : str, optional
        The name in the file; by default that of the class or function.

    Returns
    -------
    callable
        The decorator. It registers its argument as `"package>name"` and returns it unchanged.

    Raises
    ------
    ValueError
        For a class without `get_config`, which could not be written to a file.

    Example
    -------
    >>> import cornu
    >>> @cornu.utils.register_keras_serializable(package="mine")
    ... def squash(x):
    ...     return x / (1 + abs(x))
    >>> cornu.utils.get_registered_name(squash)
    'mine>squash'
    >>> cornu.utils.get_registered_object("mine>squash") is squash
    True
    """

    def decorate(target: T) -> T:
        if isinstance(target, type) and not hasattr(target, "get_config"):
            raise ValueError(
                f"{target.__name__} cannot be registered: give it a get_config() method, so that "
                "it can be written to a file."
            )
        registered_name = f"{package}>{name or target.__name__}"
        _objects[registered_name] = target
        _registered_names[target] = registered_name
        return target

    return decorate


def get_registered_name(obj: Any) -> str:
    """Return the name an object was registered under, or else its own name.

    Example
    -------
    >>> get_registered_name(dict)
    'dict'
    """
    try:
        return _registered_names[obj]
    except (KeyError, TypeError):  # TypeError: an unhashable object was never registered
        return getattr(obj, "__name__", type(obj).__name__)


def get_registered_object(
    name: str,
    custom_objects: Mapping[str, Any] | None = None,
    module_objects: Mapping[str, Any] | None = None,
) -> Any:
    """Return the custom object of that name, or None where there is none.

    Scopes come first, then registrations, then `custom_objects`, then `module_objects`.

    Example
    -------
    >>> get_registered_object("answer", custom_objects={"answer": 42})
    42
    """
    for known in (custom_objects_in_effect(), custom_objects or {}, module_objects or {}):
        if name in known:
            return known[name]
    return None
