"""Keeping gradients from growing too long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cornu_ops as ops


def clip_by_norm(gradient: Any, limit: float) -> Any:
    r"""Return $g \cdot c / \max(\lVert g \rVert, c)$: `gradient`, no longer than `limit`.

    Examples
    --------
    >>> import numpy as np
    >>> clip_by_norm(np.float32([3.0, 4.0]), 1.0)
    array([0.6, 0.8], dtype=float32)
    """
    norm = ops.sqrt(ops.sum(ops.square(gradient)))
    return ops.divide(ops.multiply(gradient, limit), ops.maximum(norm, limit))


def clip_by_global_norm(gradients: Sequence[Any], limit: float) -> list[Any]:
    """Return the gradients scaled together, so that the norm of all of them is at most `limit`.

    A norm that is not finite makes every gradient NaN: it shows at once.

    Examples
    --------
    >>> import numpy as np
    >>> clip_by_global_norm([np.float32([3.0]), np.float32([4.0])], 1.0)
    [array([0.6], dtype=float32), array([0.8], dtype=float32)]
    """
    squares = [ops.sum(ops.square(g)) for g in gradients]
    total = squares[0]
    for square in squares[1:]:
        total = ops.add(total, square)
    norm = ops.sqrt(total)
    scale = ops.multiply(limit, ops.minimum(ops.divide(1.0, norm), 1.0 / limit))
    scale = ops.add(scale, ops.subtract(norm, norm))  # 0 for a finite norm, NaN otherwise
    return [ops.multiply(g, ops.cast(scale, g.dtype)) for g in gradients]
