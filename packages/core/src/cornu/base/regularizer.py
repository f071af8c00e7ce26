"""Base class of what adds a price on a weight or an output to the loss."""

from __future__ import annotations

from typing import Any

from cornu.base.configurable import Configurable


class Regularizer(Configurable):
    """What adds a price on a weight or an output to the loss.

    A subclass writes `__call__` in ops and returns a scalar. Any function `f(x)` that returns a
    scalar serves wherever a regularizer does.

    Examples
    --------
    >>> from cornu import ops
    >>> from cornu.base import Regularizer
    >>> class Spread(Regularizer):
    ...     def __init__(self, factor=0.1):
    ...         self.factor = factor
    ...     def __call__(self, x):
    ...         return self.factor * ops.var(x)
    >>> float(Spread(0.5)([1.0, 3.0]))
    0.5
    """

    def __call__(self, x: Any) -> Any:
        """Return the price of `x`: a scalar added to the loss.

        Parameters
        ----------
        x : array or traced value
            The weight or the output.
        """
        raise NotImplementedError(
            f"{type(self).__name__} is a Regularizer without a rule: define __call__(self, x) "
            "to return a scalar."
        )
