"""Constraints on the length of the weights that meet in one unit.

`axis` names the axes a length is taken over: 0 for a Dense kernel (inputs, units), so that each
unit's incoming weights are bounded together; (0, 1, 2) for a Conv2D kernel (height, width, inputs,
filters).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cornu_ops as ops
from cornu.base import Constraint
from cornu_engine import config


def _lengths(w: Any, axis: int | Sequence[int]) -> Any:
    return ops.sqrt(ops.sum(ops.square(w), axis=axis, keepdims=True))


class MaxNorm(Constraint):
    r"""Bound the length of the weights that meet in one unit: $w \min(\|w\|, m) / \|w\|$.

    Parameters
    ----------
    max_value : float
        The bound $m$.
    axis : int or tuple of int
        Axes the length is taken over.

    Examples
    --------
    >>> from cornu import constraints
    >>> constraints.MaxNorm(1.0)([[3.0, 0.1], [4.0, 0.1]]).round(3)
    array([[0.6, 0.1],
           [0.8, 0.1]], dtype=float32)

    References
    ----------
    Srivastava et al., "Dropout" (2014), https://jmlr.org/papers/v15/srivastava14a.html
    """

    def __init__(self, max_value: float = 2, axis: int | Sequence[int] = 0) -> None:
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        """Return the weights at an allowed length."""
        w = ops.convert_to_tensor(w)
        lengths = _lengths(w, self.axis)
        return w * (ops.clip(lengths, 0.0, self.max_value) / (config.epsilon() + lengths))


class UnitNorm(Constraint):
    r"""Give the weights that meet in one unit length 1: $w / \|w\|$.

    Parameters
    ----------
    axis : int or tuple of int
        Axes the length is taken over.

    Examples
    --------
    >>> from cornu import constraints
    >>> constraints.UnitNorm()([[3.0], [4.0]]).round(3)
    array([[0.6],
           [0.8]], dtype=float32)
    """

    def __init__(self, axis: int | Sequence[int] = 0) -> None:
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        """Return the weights at an allowed length."""
        w = ops.convert_to_tensor(w)
        return w / (config.epsilon() + _lengths(w, self.axis))


class MinMaxNorm(Constraint):
    r"""Hold the length of the weights that meet in one unit between two bounds.

    $w\,d / \|w\|$ with $d = \text{rate}\,\text{clip}(\|w\|, \text{min}, \text{max}) + (1 -
    \text{rate}) \|w\|$

    Parameters
    ----------
    min_value, max_value : float
        The bounds.
    rate : float
        1 enforces the bounds at once; less moves the weights that part of the way per step.
    axis : int or tuple of int
        Axes the length is taken over.

    Examples
    --------
    >>> from cornu import constraints
    >>> constraints.MinMaxNorm(min_value=1.0, max_value=2.0)([[0.3], [0.4]]).round(3)
    array([[0.6],
           [0.8]], dtype=float32)
    """

    def __init__(
        self,
        min_value: float = 0.0,
        max_value: float = 1.0,
        rate: float = 1.0,
        axis: int | Sequence[int] = 0,
    ) -> None:
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        """Return the weights at an allowed length."""
        w = ops.convert_to_tensor(w)
        lengths = _lengths(w, self.axis)
        bounded = ops.clip(lengths, self.min_value, self.max_value)
        wanted = self.rate * bounded + (1.0 - self.rate) * lengths
        return w * (wanted / (config.epsilon() + lengths))
