"""A loss over all pairs of a batch of embeddings."""

from __future__ import annotations

import math
from typing import Any

import cornu_ops as ops
from cornu.base.loss import LossFunctionWrapper
from cornu_data.symbolic.masks import set_mask
from cornu_ops.ranks import whole
from cornu_ops.targets import Target, takes


@takes(Target(integer=True))
def circle(
    y_true: Any,
    y_pred: Any,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> Any:
    """Return the circle loss of each sample; see `Circle`.

    Parameters
    ----------
    y_true : array (batch,) or (batch, 1)
        Numbers of the classes.
    y_pred : array (batch, d)
        Embeddings of length 1.
    ref_labels, ref_embeddings : array, optional
        What to compare with; the batch itself otherwise.
    remove_diagonal : bool
        Whether a sample is not compared with itself.
    gamma, margin : float
        As in `Circle`.

    Returns
    -------
    array (batch,)

    Examples
    --------
    >>> circle([0, 0, 1], [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]).round(4)
    array([0., 0., 0.], dtype=float32)
    """
    if ref_embeddings is None:
        whole().refuse_parts("The circle loss")
    y_pred = ops.convert_to_tensor(y_pred)
    labels = ops.reshape(ops.cast(y_true, "int32"), (-1, 1))
    others = labels if ref_labels is None else ops.reshape(ops.cast(ref_labels, "int32"), (-1, 1))
    references = y_pred if ref_embeddings is None else ops.convert_to_tensor(ref_embeddings)
    distance = ops.subtract(1.0, ops.matmul(y_pred, ops.transpose(references)))
    distance = ops.maximum(distance, 0.0)
    same = ops.equal(labels, ops.transpose(others))
    different = ops.logical_not(same)
    if remove_diagonal:
        own = ops.eye(labels.shape[0], others.shape[0], dtype="bool")
        same = ops.logical_and(same, ops.logical_not(own))
    # weights fall to zero as a pair reaches its optimum (0 for a class, 1 + margin across classes)
    pull = ops.maximum(ops.add(margin, distance), 0.0)
    push = ops.maximum(ops.subtract(1.0 + margin, distance), 0.0)
    near = ops.multiply(ops.multiply(-gamma, pull), ops.subtract(margin, distance))
    far = ops.multiply(ops.multiply(gamma, push), ops.subtract(1.0 - margin, distance))
    values = ops.softplus(ops.add(_logsumexp_where(same, near), _logsumexp_where(different, far)))
    set_mask(values, ops.greater(values, 0))
    return values


def _logsumexp_where(condition: Any, values: Any) -> Any:
    return ops.logsumexp(ops.where(condition, values, -math.inf), axis=1)


class Circle(LossFunctionWrapper):
    """The circle loss: embeddings of a class come together, each pair at the pace it still needs.

    Parameters
    ----------
    gamma : float
        Scale of the similarities.
    margin : float
        How far apart classes are kept.
    remove_diagonal : bool
        Whether a sample is not compared with itself.
    reduction : str or None
        See `cornu.losses.Loss`; samples whose loss is 0 do not count in a mean.
    name : str
    dtype : str, optional

    References
    ----------
    Sun et al., *Circle loss*, 2020, https://arxiv.org/abs/2002.10857

    Examples
    --------
    >>> loss = Circle(gamma=1.0)
    >>> round(float(loss([0, 0, 1, 1], [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0]])), 4)
    2.121
    """

    gamma: float
    margin: float
    remove_diagonal: bool

    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: str = "circle",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            circle,
            reduction,
            name,
            dtype,
            gamma=gamma,
            margin=margin,
            remove_diagonal=remove_diagonal,
        )
