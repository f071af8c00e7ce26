"""Activations with a kink: linear on one side of a threshold."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops
from cornu_engine.values import read_only
from cornu_layers.keywords import renamed


def linear(x: Any) -> Any:
    """Return `x` unchanged: $f(x) = x$.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.linear(3.0)
    3.0
    """
    return read_only(x)


@renamed(alpha="negative_slope")
def relu(
    x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> Any:
    r"""Rectified linear unit.

    $f(x) = \text{max\_value}$ for $x \ge \text{max\_value}$; $x$ for
    $\text{threshold} < x < \text{max\_value}$; $\text{negative\_slope}\,(x - \text{threshold})$
    below.

    Parameters
    ----------
    x : array
        Any shape.
    negative_slope : float
        Slope below the threshold (Keras 2: `alpha`).
    max_value : float, optional
        Where the output saturates.
    threshold : float
        Below it, the output is damped or zero.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.relu([-10.0, 0.0, 10.0], max_value=6.0)
    array([0., 0., 6.], dtype=float32)
    >>> activations.relu([-10.0, 0.0, 10.0], negative_slope=0.5)
    array([-5.,  0., 10.], dtype=float32)
    """
    if threshold == 0 and max_value is None:
        return ops.relu(x) if negative_slope == 0 else ops.leaky_relu(x, negative_slope)
    x = ops.convert_to_tensor(x)
    positive = ops.where(x > threshold, x, 0.0) if threshold != 0 else ops.relu(x)
    if max_value is not None:
        positive = ops.minimum(positive, max_value)
    if negative_slope == 0:
        return positive
    return positive - negative_slope * ops.relu(threshold - x)


def relu6(x: Any) -> Any:
    r"""Rectified linear unit that saturates at 6: $\min(\max(x, 0), 6)$.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.relu6([-1.0, 3.0, 9.0])
    array([0., 3., 6.], dtype=float32)
    """
    return ops.relu6(x)


@renamed(alpha="negative_slope")
def leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    r"""Leaky rectified linear unit: $x$ for $x > 0$, $\text{negative\_slope}\,x$ elsewhere.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.leaky_relu([-5.0, 2.0])
    array([-1.,  2.], dtype=float32)
    """
    return ops.leaky_relu(x, negative_slope)


def threshold(x: Any, threshold: float, default_value: float) -> Any:
    r"""Keep what exceeds a threshold: $x$ for $x > \text{threshold}$, `default_value` elsewhere.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.threshold([-1.0, 0.5, 2.0], 0.4, 7.0)
    array([7. , 0.5, 2. ], dtype=float32)
    """
    return ops.threshold(x, threshold, default_value)


def hard_shrink(x: Any, threshold: float = 0.5) -> Any:
    r"""Hard shrink: $x$ for $|x| > \text{threshold}$, 0 elsewhere.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.hard_shrink([-1.0, 0.2, 1.0])
    array([-1.,  0.,  1.], dtype=float32)
    """
    return ops.hard_shrink(x, threshold)


def soft_shrink(x: Any, threshold: float = 0.5) -> Any:
    r"""Soft shrink: $\text{sign}(x)\max(|x| - \text{threshold}, 0)$.

    Examples
    --------
    >>> from cornu import activations
    >>> activations.soft_shrink([-1.0, 0.2, 1.0])
    array([-0.5,  0. ,  0.5], dtype=float32)
    """
    return ops.soft_shrink(x, threshold)


def tanh_shrink(x: Any) -> Any:
    r"""Tanh shrink: $x - \tanh(x)$.

    Examples
    --------
    >>> from cornu import activations
    >>> float(activations.tanh_shrink(0.0))
    0.0
    """
    return ops.tanh_shrink(x)
