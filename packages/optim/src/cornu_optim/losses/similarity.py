"""Losses of the angle between vectors."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops
from cornu.base.loss import LossFunctionWrapper
from cornu_ops.targets import SameShape, takes
from cornu_optim.losses.targets import aligned


@takes(SameShape())
def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Return minus the cosine of the angle between vectors: -1 where they point the same way.

    Parameters
    ----------
    y_true, y_pred : array (batch, …, d)
    axis : int
        Along which the vectors lie.

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> cosine_similarity([[0.0, 1.0], [3.0, 4.0]], [[0.0, 2.0], [-3.0, -4.0]])
    array([-1.,  1.], dtype=float32)
    """
    y_true, y_pred = (ops.normalize(y, axis=axis, order=2) for y in aligned(y_true, y_pred))
    return ops.negative(ops.sum(ops.multiply(y_true, y_pred), axis=axis))


class CosineSimilarity(LossFunctionWrapper):
    r"""Minus the cosine of the angle between vectors.

    .. math:: -\frac{y \cdot \hat y}{\lVert y \rVert \, \lVert \hat y \rVert}

    Parameters
    ----------
    axis : int
        Along which the vectors lie.
    reduction : str or None
        See `cornu.losses.Loss`.
    name : str
    dtype : str, optional

    Examples
    --------
    >>> float(CosineSimilarity()([[0.0, 1.0], [1.0, 1.0]], [[0.0, 2.0], [1.0, -1.0]]))
    -0.5
    """

    axis: int

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "cosine_similarity",
        dtype: Any = None,
    ) -> None:
        super().__init__(cosine_similarity, reduction, name, dtype, axis=axis)
