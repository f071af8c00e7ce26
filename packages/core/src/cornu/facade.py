"""Public modules whose names come from the registry: `from cornu.layers import Dense`.

A facade is a module of two lines::

    __path__: list[str] = []
    __getattr__, __dir__ = facade(__name__, "layer")

The empty `__path__` lets Keras' older paths below it resolve (`cornu.aliases`), and lets a
mistyped import say what was meant. For editors and type checkers the names of our own distributions
stand in a stub that `hatch run stubs` writes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from cornu import aliases
from cornu.plugins import registry
from cornu.plugins.kinds import Kind, kind_of
from cornu_engine.errors import UnknownNameError

__all__ = ["facade"]


def facade(module: str, kind: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return the `__getattr__` and `__dir__` of a public module over one kind.

    Besides the registered names the module has `get`, `serialize` and `deserialize`.

    Parameters
    ----------
    module : str
        The name of the module, for messages.
    kind : str
        The kind whose names it shows.

    Returns
    -------
    tuple of callables
        To be bound to `__getattr__` and `__dir__` in the module.

    Example
    -------
    >>> import cornu
    >>> "Dense" in dir(cornu.layers)
    True
    """
    functions = _functions(kind_of(kind))

    def names() -> list[str]:
        return sorted({*functions, *registry.names(kind)})

    def attribute(name: str) -> Any:
        if name == "__all__":
            return names()
        if name.startswith("_"):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        if name in functions:
            return functions[name]
        try:
            return registry.attribute(kind, name)
        except UnknownNameError as error:
            path = f"{module}.{name}"  # keras.optimizers.schedules.ExponentialDecay
            if path in aliases.HERE or path in aliases.brought():
                return import_module(path)
            raise AttributeError(f"module {module!r}: {error}") from None

    return attribute, names


def _with_first(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with its first parameter under another name: Keras has one for each kind."""
    signature = inspect.signature(function)
    first, *rest = signature.parameters.values()
    signature = signature.replace(parameters=[first.replace(name=name), *rest])

    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            arguments = signature.bind(*args, **kwargs).args
        except TypeError as error:
            raise TypeError(f"{function.__name__}(): {error}") from None
        return function(*arguments)

    call.__signature__ = signature  # type: ignore[attr-defined]
    call.__name__ = function.__name__
    return call


def _functions(kind: Kind) -> dict[str, Callable[..., Any]]:
    """`get`, `serialize` and `deserialize` of one kind, as Keras has them in each module."""

    def get(identifier: Any) -> Any:
        if identifier is None:
            return registry.role(kind.name, "none")
        return registry.get(kind.name, identifier)

    def serialize(obj: Any) -> Any:
        from cornu.configuration.config import serialize

        return serialize(obj)

    def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
        with registry.custom_object_scope(custom_objects or {}):
            return registry.get(kind.name, config)

    noun = kind.name
    serialize = _with_first(noun, serialize)
    deserialize = _with_first(kind.config_argument, deserialize)
    get.__doc__ = f"Return the {noun} that a name, config, class or object stands for."
    serialize.__doc__ = f"Return the config of a {noun}, which `deserialize` reads back."
    deserialize.__doc__ = f"Return the {noun} that a config describes."
    functions = {"get": get, "serialize": serialize, "deserialize": deserialize}
    for name, function in functions.items():
        function.__module__, function.__qualname__ = kind.module, name
    return functions
