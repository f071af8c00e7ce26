"""Base class of what moves a weight back into an allowed set after each update."""

from __future__ import annotations

from typing import Any

from cornu.base.configurable import Configurable


class Constraint(Configurable):
    """What moves a weight back into an allowed set after each update.

    A subclass writes `__call__` in ops and returns a value of the weight's shape. Any function
    `f(w)` that returns a value of the same shape serves wherever a constraint does.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import ops
    >>> from cornu.base import Constraint
    >>> class Centred(Constraint):
    ...     def __call__(self, w):
    ...         return w - ops.mean(w)
    >>> Centred()(np.array([1.0, 3.0], "float32"))
    array([-1.,  1.], dtype=float32)
    """

    def __call__(self, w: Any) -> Any:
        """Return the allowed value nearest to `w`, or `w` itself.

        Parameters
        ----------
        w : array or traced value
            The weight after the optimizer's step.
        """
        return w
