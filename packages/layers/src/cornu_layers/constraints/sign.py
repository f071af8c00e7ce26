"""Constraints on the sign of a weight."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops
from cornu.base import Constraint


class NonNeg(Constraint):
    r"""Keep weights from being negative: $\max(w, 0)$.

    Examples
    --------
    >>> from cornu import constraints
    >>> constraints.NonNeg()([-1.0, 2.0])
    array([0., 2.], dtype=float32)
    """

    def __call__(self, w: Any) -> Any:
        """Return the weights, none of them negative."""
        return ops.relu(w)
