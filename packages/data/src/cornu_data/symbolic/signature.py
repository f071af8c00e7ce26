"""What `call` and `build` accept, and how the values of a call become shapes for `build`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu_data.shapes import shape_of
from cornu_data.symbolic.keras_tensor import KerasTensor
from cornu_engine import tree
from cornu_engine.graph import Node
from cornu_engine.variable import Variable

_VALUES = (np.ndarray, np.generic, Node, KerasTensor, Variable)
_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_BY_PLACE = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class CallSignature:
    """The parameters of one function, read once.

    Attributes
    ----------
    names : tuple of str
        Of the named parameters, without `self`.
    by_place : range
        How many arguments may come by position and none by name.
    starts_variadic : bool
        Whether the first parameter is `*args`.
    masks : list of str
        Parameters that take the mask of another one.
    """

    def __init__(self, signature: inspect.Signature) -> None:
        self.signature = signature
        parameters = signature.parameters.values()
        self.names = tuple(p.name for p in parameters if p.kind not in _VARIADIC)
        self.defaults = {
            p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty
        }
        self.first = next(iter(signature.parameters), None)
        self.starts_variadic = bool(parameters) and next(iter(parameters)).kind is _VARIADIC[0]
        self.masks = [name for name in self.names if name.endswith("_mask")]
        by_place = [p.name for p in parameters if p.kind in _BY_PLACE]
        needed = [p.name for p in parameters if p.kind not in _VARIADIC and p.default is p.empty]
        fewest = len(needed) if set(needed) <= set(by_place) else len(by_place) + 1
        self.by_place = range(fewest, len(by_place) + 1)

    def accepts(self, name: str) -> bool:
        """Whether there is a parameter of that name."""
        return name in self.names

    def bind(self, args: tuple, kwargs: dict, where: str) -> dict[str, Any]:
        """Return arguments by parameter name, or say how the call should look."""
        if not kwargs and len(args) in self.by_place:
            return dict(zip(self.names, args, strict=False))  # the common case, without `inspect`
        try:
            return self.signature.bind(*args, **kwargs).arguments
        except TypeError as error:
            raise TypeError(f"Layer {where} is called as call{self._shown()}: {error}.") from None

    def _shown(self) -> inspect.Signature:
        """What is called how, without the types."""
        empty = inspect.Parameter.empty
        plain = [p.replace(annotation=empty) for p in self.signature.parameters.values()]
        return inspect.Signature(plain)

    def first_of(self, arguments: dict[str, Any]) -> Any:
        """Return the value of the first parameter."""
        value = arguments.get(self.first) if self.first else None
        if self.starts_variadic:
            return value[0] if value else None
        return value


@functools.lru_cache(maxsize=2048)
def _without_self(function: Callable) -> CallSignature:
    signature = inspect.signature(function)
    return CallSignature(signature.replace(parameters=list(signature.parameters.values())[1:]))


def signature_of(method: Callable) -> CallSignature:
    """Return the signature of a bound method or a function."""
    function = getattr(method, "__func__", None)
    return CallSignature(inspect.signature(method)) if function is None else _without_self(function)


def is_value(x: Any) -> bool:
    """Tell whether `x` is an array, a traced value, a variable or a symbolic tensor."""
    return isinstance(x, _VALUES)


def is_numbers(x: Any) -> bool:
    """Tell whether `x` is a list of numbers, nested or not: an array in the making."""
    if not isinstance(x, (list, tuple)) or not x:
        return isinstance(x, (int, float)) and not isinstance(x, bool)
    return all(isinstance(leaf, (int, float, bool, np.number)) for leaf in tree.flatten(x))


def value_arguments(arguments: dict[str, Any], masks: bool = False) -> dict[str, Any]:
    """Return those arguments that hold values only (or None), masks left out unless asked for."""
    values = {}
    for name, argument in arguments.items():
        is_mask = name == "mask" or name.endswith("_mask")
        if (is_mask and not masks) or name == "training":
            continue
        leaves = tree.flatten(argument)
        if any(is_value(x) for x in leaves) and all(x is None or is_value(x) for x in leaves):
            values[name] = argument
    return values


def shapes_for(method: Callable, arguments: dict[str, Any], where: str) -> dict[str, Any]:
    """Return the shape arguments for `build` or `compute_output_shape`.

    A method with one parameter gets the shape of the first value, whatever it is called. One with
    several gets `foo_shape` for the argument `foo` of `call`.
    """
    values = value_arguments(arguments, masks=len(signature_of(method).names) > 1)
    return align_shapes(method, {f"{k}_shape": shape_of(v) for k, v in values.items()}, where)


def align_shapes(method: Callable, shapes: dict[str, Any], where: str) -> dict[str, Any]:
    """Return those of `shapes` that `method` asks for, under its names."""
    names = signature_of(method).names
    if not names:
        return {}
    if len(names) == 1:
        return {names[0]: next(iter(shapes.values()), None)}
    unknown = [name for name in names if not name.endswith("_shape")]
    if unknown:
        raise ValueError(
            f"{where}: {method.__name__}() has several parameters, so each must be named after an "
            f"argument of call() with '_shape' behind it; {unknown[0]!r} is not."
        )
    return {name: shapes[name] for name in names if name in shapes}
