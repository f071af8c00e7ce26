"""Running means."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import cornu_ops as ops


def mix(share: float, old: Any, new: Any) -> Any:
    """Return `share * old + (1 - share) * new`.

    Examples
    --------
    >>> float(mix(0.75, 4.0, 8.0))
    5.0
    """
    return ops.add(ops.multiply(share, old), ops.multiply(1.0 - share, new))


def approach(old: Any, new: Any, share: float) -> Any:
    """Return `old + (new - old) * share`: the same mean with one product less.

    Examples
    --------
    >>> float(approach(4.0, 8.0, 0.25))
    5.0
    """
    return ops.add(old, ops.multiply(ops.subtract(new, old), share))


def stored(number: float, dtype: Any) -> float:
    """Return a number as a dtype holds it: in float32, 0.999 is 0.9990000128746033.

    Examples
    --------
    >>> stored(0.5, "float32")
    0.5
    """
    return float(np.asarray(number, dtype))


def unbias(beta: float, step: Any) -> Any:
    """Return `1 - beta ** step`, the share of a running mean that is not its first value, zero.

    Computed as `-expm1(step * log(beta))`: the difference of two numbers close to 1 would keep few
    digits.

    Examples
    --------
    >>> round(float(unbias(0.999, 2.0)), 7)
    0.001999
    """
    step = ops.convert_to_tensor(step)
    rounded = stored(beta, step.dtype)
    if rounded <= 0.0:
        return ops.subtract(1.0, ops.power(rounded, step))
    return ops.negative(ops.expm1(ops.multiply(step, math.log(rounded))))
