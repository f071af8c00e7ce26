"""What the constructors of layers do with their arguments."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from cornu import config
from cornu.base import Layer
from cornu.errors import near_matches
from cornu.plugins import registry
from cornu_layers import activations

_KINDS = ("initializer", "regularizer", "constraint")
DATA_FORMATS = ("channels_last", "channels_first")


class NotIntegers(ValueError, TypeError):
    """An argument that is no integer, or not several of them.

    Keras raises a ValueError in some layers and a TypeError in others.
    """


def named(local: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that a constructor names, given its `locals()` on the first lines.

    Examples
    --------
    >>> def __init__(self, units, bias=True, **kwargs):
    ...     return named(locals())
    >>> __init__(None, 3, name="hidden")
    {'units': 3, 'bias': True}
    """
    return {k: v for k, v in local.items() if k not in ("self", "__class__", "kwargs")}


def passed(local: Mapping[str, Any]) -> dict[str, Any]:
    """Return all arguments of a constructor, given its `locals()` on the first lines.

    Examples
    --------
    >>> def __init__(self, units, bias=True, **kwargs):
    ...     return passed(locals())
    >>> __init__(None, 3, name="hidden")
    {'units': 3, 'bias': True, 'name': 'hidden'}
    """
    return {**named(local), **local.get("kwargs", {})}


def keep(layer: Layer, **arguments: Any) -> None:
    """Store arguments on a layer, those that name an object as that object.

    `kernel_initializer="he_normal"` becomes an initializer because of how it is called; so do
    `*_regularizer` and `*_constraint`.

    Examples
    --------
    >>> from cornu.layers import Identity
    >>> layer = Identity()
    >>> keep(layer, kernel_initializer="zeros")
    >>> type(layer.kernel_initializer).__name__
    'Zeros'
    """
    for name, value in arguments.items():
        kind = name.rpartition("_")[2]
        setattr(layer, name, registry.get(kind, value) if kind in _KINDS else value)


def add_parameter(
    layer: Layer,
    role: str,
    shape: Sequence[int],
    name: str | None = None,
    initializer: Callable | None = None,
) -> Any:
    """Make a weight with the initializer, regularizer and constraint that the layer keeps for it.

    Parameters
    ----------
    layer : Layer
        Keeps `<role>_initializer` and, where it takes them, `<role>_regularizer` and
        `<role>_constraint`.
    role : str
        What its arguments are called after: `"kernel"`.
    shape : sequence of int
        Of the weight.
    name : str, optional
        Of the weight, where it is not the role.
    initializer : callable, optional
        In place of the layer's.
    """
    return layer.add_weight(
        name=name or role,
        shape=tuple(shape),
        initializer=initializer or getattr(layer, f"{role}_initializer"),
        regularizer=getattr(layer, f"{role}_regularizer", None),
        constraint=getattr(layer, f"{role}_constraint", None),
    )


def activation(identifier: Any) -> Callable:
    """Return the activation an argument names; None is `linear`."""
    return activations.linear if identifier is None else registry.get("activation", identifier)


def positive_int(name: str, value: Any) -> int:
    """Return a count, refusing what is none.

    Raises
    ------
    ValueError
        When `value` is no integer, or below 1.

    Examples
    --------
    >>> positive_int("units", 3)
    3
    """
    if isinstance(value, (bool, np.bool_)) or not hasattr(value, "__index__"):
        raise NotIntegers(f"{name} must be an integer; it is {value!r} ({type(value).__name__}).")
    count = operator.index(value)
    if count < 1:
        raise ValueError(f"{name} must be at least 1; it is {count}.")
    return count


def int_tuple(name: str, value: Any, rank: int, minimum: int = 1) -> tuple[int, ...]:
    """Return an argument that is one integer for all axes, or one per axis.

    Raises
    ------
    ValueError
        When it is neither, or an integer is below `minimum`.

    Examples
    --------
    >>> int_tuple("strides", 2, rank=3), int_tuple("strides", [1, 2], rank=2)
    ((2, 2, 2), (1, 2))
    """
    values = tuple(value) if np.iterable(value) and not isinstance(value, str) else (value,) * rank
    if not all(hasattr(v, "__index__") and not isinstance(v, bool) for v in values):
        raise NotIntegers(f"{name} must be an integer or {rank} of them; it is {value!r}.")
    if len(values) != rank:
        raise ValueError(
            f"{name} must be an integer or {rank} of them, one per axis; it is {value!r}, which "
            f"has {len(values)}."
        )
    found = tuple(operator.index(v) for v in values)
    if min(found) < minimum:
        raise ValueError(f"{name} must be at least {minimum} along every axis; it is {value!r}.")
    return found


def choice(name: str, value: Any, allowed: Sequence[str]) -> str:
    """Return one of a few words, in lower case.

    Raises
    ------
    ValueError
        When it is none of them, with the nearest.

    Examples
    --------
    >>> choice("padding", "SAME", ("valid", "same"))
    'same'
    """
    found = value.lower() if isinstance(value, str) else value
    if found not in allowed:
        listed, hint = ", ".join(map(repr, allowed)), near_matches(str(value), allowed)
        raise ValueError(f"{name} must be one of {listed}; it is {value!r}. {hint}".rstrip())
    return found


def data_format(value: str | None) -> str:
    """Return where the channels are; None is `cornu.config.image_data_format()`.

    Examples
    --------
    >>> data_format(None)
    'channels_last'
    """
    return (
        config.image_data_format() if value is None else choice("data_format", value, DATA_FORMATS)
    )


def rate(name: str, value: Any) -> float:
    """Return a probability.

    Raises
    ------
    ValueError
        When it is not a number from 0 to 1.

    Examples
    --------
    >>> rate("rate", 0.5)
    0.5
    """
    if not isinstance(value, (int, float, np.integer, np.floating)) or not 0 <= value <= 1:
        raise ValueError(
            f"{name} must be a number from 0 to 1, the fraction to drop; it is {value!r}."
        )
    return float(value)


def margins(name: str, value: Any, rank: int) -> Any:
    """Return how much is put on, or cut off, before and after each axis.

    Parameters
    ----------
    name : str
        Of the argument, for errors.
    value : int, or one int or (int, int) per axis
        For one axis, `(int, int)` are its two sides.
    rank : int
        Number of axes.

    Raises
    ------
    ValueError
        When it is none of these, or negative.

    Examples
    --------
    >>> margins("padding", 1, rank=2), margins("padding", (1, (0, 2)), rank=2)
    (((1, 1), (1, 1)), ((1, 1), (0, 2)))
    >>> margins("padding", (0, 2), rank=1)
    (0, 2)
    """
    if rank == 1:
        return int_tuple(name, value, 2, minimum=0)
    sides = tuple(value) if np.iterable(value) and not isinstance(value, str) else (value,) * rank
    if len(sides) != rank:
        raise ValueError(f"{name} must have {rank} entries, one per axis; it is {value!r}.")
    return tuple(int_tuple(name, side, 2, minimum=0) for side in sides)
