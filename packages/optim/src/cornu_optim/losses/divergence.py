"""Losses between distributions other than crossentropy."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops
from cornu.base.loss import LossFunctionWrapper
from cornu_engine import config
from cornu_ops.targets import SameShape, takes
from cornu_optim.losses.targets import DISTRIBUTION, paired


@takes(DISTRIBUTION)
def kl_divergence(y_true: Any, y_pred: Any) -> Any:
    """Return the sum over the last axis of `y_true * log(y_true / y_pred)`.

    Both are clipped to `[cornu.config.epsilon(), 1]`.

    Parameters
    ----------
    y_true, y_pred : array (batch, …, classes)
        Probabilities.

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> kl_divergence([[0.5, 0.5]], [[0.25, 0.75]]).round(4)
    array([0.1438], dtype=float32)
    """
    y_true, y_pred = (ops.clip(y, config.epsilon(), 1.0) for y in paired(y_true, y_pred))
    return ops.sum(ops.multiply(y_true, ops.log(ops.divide(y_true, y_pred))), axis=-1)


@takes(SameShape())
def poisson(y_true: Any, y_pred: Any) -> Any:
    """Return the mean over the last axis of `y_pred - y_true * log(y_pred)`.

    Parameters
    ----------
    y_true : array (batch, …, d)
        Counts.
    y_pred : array (batch, …, d)
        Expected counts, positive.

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> poisson([[0.0, 2.0]], [[1.0, 1.0]])
    array([0.9999999], dtype=float32)
    """
    y_true, y_pred = paired(y_true, y_pred)
    log = ops.log(ops.add(y_pred, config.epsilon()))
    return ops.mean(ops.subtract(y_pred, ops.multiply(y_true, log)), axis=-1)


class KLDivergence(LossFunctionWrapper):
    r"""The Kullback-Leibler divergence: $\sum_k y_k \log (y_k / \hat y_k)$.

    Parameters
    ----------
    reduction : str or None
        See `cornu.losses.Loss`.
    name : str
    dtype : str, optional

    References
    ----------
    Kullback and Leibler, *On information and sufficiency*, 1951.

    Examples
    --------
    >>> round(float(KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]])), 4)
    0.1438
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "kl_divergence",
        dtype: Any = None,
    ) -> None:
        super().__init__(kl_divergence, reduction, name, dtype)


class Poisson(LossFunctionWrapper):
    r"""The Poisson loss: mean of $\hat y - y \log \hat y$.

    Parameters
    ----------
    reduction : str or None
        See `cornu.losses.Loss`.
    name : str
    dtype : str, optional

    Examples
    --------
    >>> round(float(Poisson()([[0.0, 2.0]], [[1.0, 1.0]])), 4)
    1.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "poisson",
        dtype: Any = None,
    ) -> None:
        super().__init__(poisson, reduction, name, dtype)
