"""Prices on the size of a weight."""

from __future__ import annotations

import math
from typing import Any

import cornu_ops as ops
from cornu.base import Regularizer
from cornu_engine.errors import quoted
from cornu_layers.keywords import renamed
from cornu_layers.validation import about


def price(owner: Any, name: str, value: float | None, default: float) -> float:
    """Return a factor that may stand in front of a penalty.

    Raises
    ------
    ValueError
        When it is negative or not finite.

    Examples
    --------
    >>> price(None, "l1", None, 0.01)
    0.01
    """
    if value is None:
        return default
    try:
        factor = float(value)
    except (TypeError, ValueError):
        factor = math.nan
    if not math.isfinite(factor) or factor < 0:
        raise ValueError(
            f"{about(owner, name)} must be a finite number that is not negative; it is "
            f"{quoted(value)}."
        )
    return factor


class L1L2(Regularizer):
    r"""Price of the absolute and of the squared weights: $l_1 \sum |w| + l_2 \sum w^2$.

    Parameters
    ----------
    l1, l2 : float
        Factors. Keras 2's `l1_l2()` meant 0.01 for both.

    Examples
    --------
    >>> from cornu import regularizers
    >>> float(regularizers.L1L2(l1=1.0, l2=0.5)([-2.0, 2.0]))
    8.0
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1 = price(self, "l1", l1, 0.0)
        self.l2 = price(self, "l2", l2, 0.0)

    def __call__(self, x: Any) -> Any:
        """Return the price."""
        x = ops.convert_to_tensor(x)
        terms = []
        if self.l1:
            terms.append(ops.multiply(ops.sum(ops.absolute(x)), self.l1))
        if self.l2:
            terms.append(ops.multiply(ops.sum(ops.square(x)), self.l2))
        return sum(terms[1:], terms[0]) if terms else ops.zeros((), dtype=x.dtype)


@renamed(l="l1")
class L1(Regularizer):
    r"""Price of the absolute weights: $l_1 \sum |w|$. It drives weights to exactly zero.

    Parameters
    ----------
    l1 : float
        Factor (Keras 2: `l`).

    Examples
    --------
    >>> from cornu import regularizers
    >>> float(regularizers.L1(0.5)([-2.0, 2.0]))
    2.0
    """

    def __init__(self, l1: float = 0.01) -> None:
        self.l1 = price(self, "l1", l1, 0.01)

    def __call__(self, x: Any) -> Any:
        """Return the price."""
        return ops.multiply(ops.sum(ops.absolute(x)), self.l1)


@renamed(l="l2")
class L2(Regularizer):
    r"""Price of the squared weights: $l_2 \sum w^2$.

    Parameters
    ----------
    l2 : float
        Factor (Keras 2: `l`).

    Examples
    --------
    >>> from cornu import regularizers
    >>> float(regularizers.L2(0.5)([-2.0, 2.0]))
    4.0
    """

    def __init__(self, l2: float = 0.01) -> None:
        self.l2 = price(self, "l2", l2, 0.01)

    def __call__(self, x: Any) -> Any:
        """Return the price."""
        return ops.multiply(ops.sum(ops.square(x)), self.l2)
