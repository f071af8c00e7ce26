"""Activations that look along an axis: each output depends on its neighbours."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import cornu_ops as ops


def softmax(x: Any, axis: int | Sequence[int] = -1) -> Any:
    r"""Turn scores into probabilities: $e^{x_i} / \sum_j e^{x_j}$ along `axis`.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.softmax([1000.0, 1000.0])
    array([0.5, 0.5], dtype=float32)
    """
    shape = getattr(x, "shape", ())
    if isinstance(axis, int) and -len(shape) <= axis < len(shape) and shape[axis] == 1:
        warnings.warn(
            f"A softmax over axis {axis} of shape {tuple(shape)} gives 1 whatever comes: there is "
            "one value to choose from. For yes or no, end the model in one unit with 'sigmoid' and "
            "'binary_crossentropy', or in two with 'softmax' and "
            "'sparse_categorical_crossentropy'.",
            stacklevel=2,
        )
    return ops.softmax(x, axis)


def log_softmax(x: Any, axis: int | Sequence[int] = -1) -> Any:
    r"""Logarithm of the softmax: $x_i - \log \sum_j e^{x_j}$ along `axis`.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.log_softmax([0.0, 0.0]).round(4)
    array([-0.6931, -0.6931], dtype=float32)
    """
    return ops.log_softmax(x, axis)


def sparsemax(x: Any, axis: int = -1) -> Any:
    r"""Project scores onto the simplex: $\arg\min_{p \in \Delta} \|p - x\|^2$ along `axis`.

    Unlike softmax it gives exact zeros.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.sparsemax([1.0, 0.8, -1.0]).round(4)
    array([0.6, 0.4, 0. ], dtype=float32)

    References
    ----------
    Martins and Astudillo, "From Softmax to Sparsemax" (2016), https://arxiv.org/abs/1602.02068
    """
    return ops.sparsemax(x, axis)


def glu(x: Any, axis: int = -1) -> Any:
    r"""Gated linear unit: halve `x` along `axis` into $a, b$; $f(x) = a\,\sigma(b)$.

    Raises
    ------
    ValueError
        When the size of `axis` is odd.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.glu([4.0, 0.0])
    array([2.], dtype=float32)

    References
    ----------
    Dauphin et al., "Language Modeling with Gated Convolutional Networks" (2017),
    https://arxiv.org/abs/1612.08083
    """
    return ops.glu(x, axis)
