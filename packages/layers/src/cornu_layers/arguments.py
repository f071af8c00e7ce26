"""What the constructors of layers do with their arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cornu.base import Layer
from cornu.plugins import registry
from cornu_layers import activations

_KINDS = ("initializer", "regularizer", "constraint")


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


def keep_parameters(layer: Layer, given: Mapping[str, Any], *roles: str) -> None:
    """Store what a constructor was given for the weights that a layer will make.

    Parameters
    ----------
    layer : Layer
        Where to store it.
    given : mapping
        The constructor's `locals()`.
    *roles : str
        What the weights' arguments are called after: `"kernel"` stores `kernel_initializer`,
        `kernel_regularizer` and `kernel_constraint`, those of them that there are.

    Examples
    --------
    >>> from cornu.layers import Identity
    >>> layer = Identity()
    >>> keep_parameters(layer, {"bias_initializer": "ones", "bias_constraint": None}, "bias")
    >>> type(layer.bias_initializer).__name__, layer.bias_constraint
    ('Ones', None)
    """
    names = (f"{role}_{kind}" for role in roles for kind in _KINDS)
    keep(layer, **{name: given[name] for name in names if name in given})


def add_parameter(
    layer: Layer,
    role: str,
    shape: Sequence[int],
    name: str | None = None,
    initializer: Callable | None = None,
    trainable: bool = True,
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
    trainable : bool
        Whether training moves it.
    """
    return layer.add_weight(
        name=name or role,
        shape=tuple(shape),
        initializer=initializer or getattr(layer, f"{role}_initializer"),
        regularizer=getattr(layer, f"{role}_regularizer", None),
        constraint=getattr(layer, f"{role}_constraint", None),
        trainable=trainable,
    )


def activation(identifier: Any) -> Callable:
    """Return the activation an argument names; None is `linear`."""
    return activations.linear if identifier is None else registry.get("activation", identifier)
