"""Activations that meant something else in Keras 2."""

from __future__ import annotations

import warnings
from typing import Any

import cornu_ops as ops
from cornu.base.layer import Layer
from cornu.configuration.config import serialize as _serialize
from cornu_keras.files.dialect import HARD_SIGMOID

__all__ = ["get", "serialize", "softmax"]


def get(identifier: Any) -> Any:
    """Return the activation that a name, a function or a configuration stands for.

    Parameters
    ----------
    identifier : str, callable, dict or None
        A layer is taken, with a warning.
    """
    if isinstance(identifier, Layer):
        warnings.warn(
            f"Do not pass a layer instance (such as {identifier.name}) as the activation argument "
            "of another layer. Instead, advanced activation layers should be used just like any "
            "other layer in a model.",
            stacklevel=3,
        )
    from cornu import activations

    return activations.get(identifier)


def softmax(x: Any, axis: int = -1) -> Any:
    """Numbers that add up to 1 along an axis.

    Parameters
    ----------
    x : value
        Of two axes or more.
    axis : int

    Raises
    ------
    ValueError
        For a value of one axis.
    """
    if len(x.shape) < 2:
        raise ValueError(
            f"Cannot apply softmax to a tensor that is 1D. Received input: {x}. "
            "Give it a batch axis."
        )
    return ops.softmax(x, axis=axis)


def serialize(activation: Any) -> Any:
    """Return the name of an activation.

    Parameters
    ----------
    activation : callable

    Examples
    --------
    >>> from cornu.compat.keras2 import activations
    >>> serialize(activations.hard_sigmoid)
    'hard_sigmoid'
    """
    config = _serialize(activation)
    known = isinstance(config, dict) and config.get("config") == HARD_SIGMOID
    return "hard_sigmoid" if known else config
