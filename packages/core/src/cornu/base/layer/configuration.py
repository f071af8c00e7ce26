"""The configuration of a layer, derived from how it was made."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from cornu.configuration.config import function_config, serialize
from cornu.plugins import registry
from cornu_data.constructors import VARIADIC

BASE_ARGUMENTS = ("name", "trainable", "dtype", "activity_regularizer")
# Arguments about where a layer stands, not about what it is.
PLACE_ARGUMENTS = (
    "input_shape",
    "batch_input_shape",
    "batch_shape",
    "input_dim",
    "batch_size",
    "weights",
    "autocast",
)

_UNKNOWN = object()


@functools.lru_cache(maxsize=2048)
def own_parameters(cls: type) -> tuple[inspect.Parameter, ...]:
    """Return the named parameters of the constructor that `cls` uses, without the base layer's."""
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]  # type: ignore[misc]
    # a constructor that names it means its own
    skipped = {*BASE_ARGUMENTS, *PLACE_ARGUMENTS} - {"activity_regularizer", "input_dim"}
    return tuple(p for p in parameters if p.kind not in VARIADIC and p.name not in skipped)


def bound_arguments(cls: type, args: tuple, kwargs: dict) -> dict[str, Any]:
    """Return the arguments of a constructor call by name, those behind `**kwargs` included."""
    signature = inspect.signature(cls.__init__)  # type: ignore[misc]
    try:
        bound = signature.bind(None, *args, **kwargs).arguments
    except TypeError:  # made without its constructor
        return {}
    arguments = {}
    for name, value in list(bound.items())[1:]:
        kind = signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_KEYWORD:
            arguments.update(value)
        elif kind is not inspect.Parameter.VAR_POSITIONAL:
            arguments[name] = value
    return arguments


def _described(layer: Any, value: Any) -> Any:
    """Return an argument as a configuration.

    A function is written in full where the class is the user's: its constructor takes what it is
    given, and does not look up a name such as "relu".
    """
    config = serialize(value)
    if isinstance(config, str) and callable(value) and not isinstance(value, type):
        cls = vars(type(layer)).get("stands_for", type(layer))
        if not registry.names_of("layer", cls):
            return function_config("builtins", config)
    return config


def derived_config(layer: Any, base: type) -> dict[str, Any]:
    """Return the constructor arguments of `layer` beyond those of the base class.

    Classes that define `get_config` themselves answer for their own arguments; this answers for the
    rest. An argument is read from the attribute of its name (or with an underscore in front), else
    from the call of the constructor.
    """
    mro = type(layer).__mro__
    lineage = mro[: mro.index(base)]
    silent = [cls for cls in lineage if not _answers(cls)]
    complete = len(silent) == len(lineage)
    described = (
        type(layer) if complete else next((c for c in silent if "__init__" in c.__dict__), None)
    )
    if described is None or (not complete and described not in _above_first_override(lineage)):
        return {}
    given = bound_arguments(type(layer), *layer._made_with)
    has_own = described.__init__ is not base.__init__  # type: ignore[misc]
    parameters = {p.name: p for p in own_parameters(described)} if has_own else {}
    names = list(parameters)
    if complete:
        skipped = (*BASE_ARGUMENTS, *PLACE_ARGUMENTS)
        names += [name for name in given if name not in parameters and name not in skipped]
    config = {}
    for name in names:
        value = _argument(layer, base, name, given, parameters.get(name))
        if value is not _UNKNOWN:
            config[name] = _described(layer, value)
        elif complete:
            raise TypeError(
                f"{type(layer).__name__} takes {name!r} but does not keep it, so its configuration "
                f"is unknown. Write self.{name} = {name} in __init__, or define get_config()."
            )
    return config


def _above_first_override(lineage: tuple[type, ...]) -> tuple[type, ...]:
    """Return the classes that a `super().get_config()` in the lowest override speaks for."""
    first = next(i for i, cls in enumerate(lineage) if _answers(cls))
    return lineage[first + 1 :]


def _answers(cls: type) -> bool:
    """Whether a class describes its own arguments, not only derives the description."""
    return "get_config" in cls.__dict__ and not getattr(
        cls.__dict__["get_config"], "derives", False
    )


def _argument(layer: Any, base: type, name: str, given: dict, parameter: Any) -> Any:
    attributes = layer.__dict__
    for attribute in (name, f"_{name}"):
        if attribute in attributes:
            return attributes[attribute]
        if hasattr(type(layer), attribute) and not hasattr(base, attribute):
            return getattr(layer, attribute)
    if name in given:
        return given[name]
    if parameter is not None and parameter.default is not inspect.Parameter.empty:
        return parameter.default
    return _UNKNOWN
