"""Margin losses: nothing to learn from a sample that is right by more than the margin."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops
from cornu.base.loss import LossFunctionWrapper
from cornu_ops.targets import SameShape, takes
from cornu_optim.losses.targets import DISTRIBUTION, paired


@takes(SameShape())
def hinge(y_true: Any, y_pred: Any) -> Any:
    """Return the mean over the last axis of `max(1 - y_true * y_pred, 0)`.

    Parameters
    ----------
    y_true : array (batch, …, d)
        -1 and 1; where all targets are 0 or 1, 0 counts as -1.
    y_pred : array (batch, …, d)

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> hinge([[1.0, -1.0]], [[0.5, 0.5]])
    array([1.], dtype=float32)
    """
    return ops.mean(_shortfall(y_true, y_pred), axis=-1)


@takes(SameShape())
def squared_hinge(y_true: Any, y_pred: Any) -> Any:
    """Return the mean over the last axis of `max(1 - y_true * y_pred, 0) ** 2`.

    Parameters
    ----------
    y_true : array (batch, …, d)
        -1 and 1; where all targets are 0 or 1, 0 counts as -1.
    y_pred : array (batch, …, d)

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> squared_hinge([[1.0, -1.0]], [[0.5, 0.5]])
    array([1.25], dtype=float32)
    """
    return ops.mean(ops.square(_shortfall(y_true, y_pred)), axis=-1)


@takes(DISTRIBUTION)
def categorical_hinge(y_true: Any, y_pred: Any) -> Any:
    """Return by how much the best wrong class comes within 1 of the right one, or beyond it.

    Parameters
    ----------
    y_true : array (batch, …, classes)
        One-hot.
    y_pred : array (batch, …, classes)
        Scores.

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> categorical_hinge([[0.0, 1.0]], [[0.5, 0.75]])
    array([0.75], dtype=float32)
    """
    y_true, y_pred = paired(y_true, y_pred)
    right = ops.sum(ops.multiply(y_true, y_pred), axis=-1)
    wrong = ops.max(ops.multiply(ops.subtract(1.0, y_true), y_pred), axis=-1)
    return ops.maximum(ops.add(ops.subtract(wrong, right), 1.0), 0.0)


def _shortfall(y_true: Any, y_pred: Any) -> Any:
    y_true, y_pred = paired(y_true, y_pred)
    binary = ops.all(ops.logical_or(ops.equal(y_true, 0), ops.equal(y_true, 1)))
    sign = ops.where(binary, ops.subtract(ops.multiply(2.0, y_true), 1.0), y_true)
    return ops.maximum(ops.subtract(1.0, ops.multiply(sign, y_pred)), 0.0)


class Hinge(LossFunctionWrapper):
    r"""The hinge loss: mean of $\max(1 - y \hat y, 0)$.

    Parameters
    ----------
    reduction : str or None
        See `cornu.losses.Loss`.
    name : str
    dtype : str, optional

    Notes
    -----
    Targets are -1 and 1; where all are 0 or 1, 0 counts as -1.

    Examples
    --------
    >>> float(Hinge()([[1.0, -1.0]], [[0.5, 0.5]]))
    1.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(hinge, reduction, name, dtype)


class SquaredHinge(LossFunctionWrapper):
    r"""The squared hinge loss: mean of $\max(1 - y \hat y, 0)^2$.

    Parameters
    ----------
    reduction : str or None
        See `cornu.losses.Loss`.
    name : str
    dtype : str, optional

    Notes
    -----
    Targets are -1 and 1; where all are 0 or 1, 0 counts as -1.

    Examples
    --------
    >>> float(SquaredHinge()([[1.0, -1.0]], [[0.5, 0.5]]))
    1.25
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "squared_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(squared_hinge, reduction, name, dtype)


class CategoricalHinge(LossFunctionWrapper):
    r"""The multi-class hinge loss: $\max(\max_{k \ne y} \hat y_k - \hat y_y + 1, 0)$.

    Parameters
    ----------
    reduction : str or None
        See `cornu.losses.Loss`.
    name : str
    dtype : str, optional

    Examples
    --------
    >>> float(CategoricalHinge()([[0.0, 1.0]], [[0.5, 0.75]]))
    0.75
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(categorical_hinge, reduction, name, dtype)
