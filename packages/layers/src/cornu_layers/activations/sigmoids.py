"""Activations that saturate on both sides."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops


def sigmoid(x: Any) -> Any:
    r"""Logistic sigmoid: $1 / (1 + e^{-x})$.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.sigmoid([-20.0, 0.0, 20.0]).round(3)
    array([0. , 0.5, 1. ], dtype=float32)
    """
    return ops.sigmoid(x)


def hard_sigmoid(x: Any) -> Any:
    r"""Piecewise linear sigmoid: $\text{relu6}(x + 3) / 6$.

    Keras 2 meant $\text{clip}(0.2 x + 0.5, 0, 1)$ by this name.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.hard_sigmoid([-3.0, 0.0, 3.0])
    array([0. , 0.5, 1. ], dtype=float32)
    """
    return ops.hard_sigmoid(x)


def keras2_hard_sigmoid(x: Any) -> Any:
    r"""Keras 2's piecewise linear sigmoid: $\min(\max(0.2 x + 0.5, 0), 1)$.

    Examples
    --------
    >>> from cornu_layers.activations.sigmoids import keras2_hard_sigmoid
    >>> keras2_hard_sigmoid([-2.5, 0.0, 1.0])
    array([0. , 0.5, 0.7], dtype=float32)
    """
    return ops.clip(ops.add(ops.multiply(x, 0.2), 0.5), 0.0, 1.0)


def sparse_sigmoid(x: Any) -> Any:
    r"""Sparse sigmoid: 0 for $x \le -1$, $(x + 1)/2$ between, 1 for $x \ge 1$.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.sparse_sigmoid([-2.0, 0.0, 2.0])
    array([0. , 0.5, 1. ], dtype=float32)

    References
    ----------
    Martins and Kreutzer, "Learning What's Easy" (2017), https://aclanthology.org/D17-1036
    """
    return ops.sparse_sigmoid(x)


def log_sigmoid(x: Any) -> Any:
    r"""Logarithm of the sigmoid: $-\log(1 + e^{-x})$, without overflow.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.log_sigmoid([-100.0, 100.0]).round(3)
    array([-100.,   -0.], dtype=float32)
    """
    return ops.log_sigmoid(x)


def tanh(x: Any) -> Any:
    r"""Hyperbolic tangent: $(e^x - e^{-x}) / (e^x + e^{-x})$.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.tanh([-20.0, 0.0, 20.0])
    array([-1.,  0.,  1.], dtype=float32)
    """
    return ops.tanh(x)


def hard_tanh(x: Any) -> Any:
    r"""Piecewise linear tanh: $\min(\max(x, -1), 1)$.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.hard_tanh([-2.0, 0.5, 2.0])
    array([-1. ,  0.5,  1. ], dtype=float32)
    """
    return ops.hard_tanh(x)


def softsign(x: Any) -> Any:
    r"""Softsign: $x / (|x| + 1)$.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.softsign([-1.0, 0.0, 1.0])
    array([-0.5,  0. ,  0.5], dtype=float32)
    """
    return ops.softsign(x)
