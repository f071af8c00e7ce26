"""Activations that meant something else in Keras 2."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops
from cornu.configuration.config import serialize as _serialize
from cornu.plugins import registry
from cornu_keras.files.dialect import HARD_SIGMOID

__all__ = ["get_name", "hard_sigmoid", "serialize", "softmax"]


def hard_sigmoid(x: Any) -> Any:
    """`0.2 * x + 0.5`, held within 0 and 1.

    Parameters
    ----------
    x : value

    Examples
    --------
    >>> hard_sigmoid([-3.0, 1.0, 3.0])
    array([0. , 0.7, 1. ], dtype=float32)
    """
    return registry.attribute("object", HARD_SIGMOID)(x)


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
    >>> serialize(hard_sigmoid)
    'hard_sigmoid'
    """
    return get_name(_serialize(activation))


def get_name(config: Any) -> Any:
    """Return the name in Keras 2 of an activation in a configuration."""
    return "hard_sigmoid" if config == HARD_SIGMOID else config
