"""Losses of how much two regions overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cornu_ops as ops
from cornu.base.loss import LossFunctionWrapper
from cornu_engine import config
from cornu_ops.ranks import whole
from cornu_optim.losses.targets import paired


def dice(y_true: Any, y_pred: Any, axis: Any = None) -> Any:
    """Return 1 minus the Dice coefficient; see `Dice`.

    Parameters
    ----------
    y_true, y_pred : array
        Of one shape, from 0 to 1.
    axis : int or tuple of int, optional
        Over which regions extend; all axes otherwise.

    Returns
    -------
    array
        A scalar if `axis` is None, else of the axes left.

    Examples
    --------
    >>> round(float(dice([1.0, 1.0, 0.0], [1.0, 0.0, 0.0])), 4)
    0.3333
    """
    y_true, y_pred = paired(y_true, y_pred)
    common = _extent(ops.multiply(y_true, y_pred), axis)
    total = ops.add(_extent(y_true, axis), _extent(y_pred, axis))
    score = ops.divide(ops.multiply(2.0, common), ops.add(total, config.epsilon()))
    return ops.subtract(1.0, score)


def tversky(
    y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Any = None
) -> Any:
    """Return 1 minus the Tversky index; see `Tversky`.

    Parameters
    ----------
    y_true, y_pred : array
        Of one shape, from 0 to 1.
    alpha, beta, axis
        As in `Tversky`.

    Returns
    -------
    array
        A scalar if `axis` is None, else of the axes left.

    Examples
    --------
    >>> round(float(tversky([1.0, 1.0, 0.0], [1.0, 0.0, 0.0])), 4)
    0.3333
    """
    y_true, y_pred = paired(y_true, y_pred)
    common = _extent(ops.multiply(y_true, y_pred), axis)
    missed = _extent(ops.multiply(ops.subtract(1.0, y_pred), y_true), axis)
    extra = _extent(ops.multiply(y_pred, ops.subtract(1.0, y_true)), axis)
    outside = ops.add(ops.multiply(missed, alpha), ops.multiply(extra, beta))
    total = ops.add(ops.add(common, outside), config.epsilon())
    return ops.subtract(1.0, ops.divide(common, total))


def _extent(values: Any, axis: Any) -> Any:
    """Return the sum over a region: one across samples goes on in those of other processes."""
    total = ops.sum(values, axis=axis)
    axes = (axis,) if isinstance(axis, int) else axis
    across = axes is None or any(each in (0, -len(values.shape)) for each in axes)
    return whole().total(total) if across else total


class Dice(LossFunctionWrapper):
    r"""1 minus the Dice coefficient: $1 - \frac{2 \sum y \hat y}{\sum y + \sum \hat y}$.

    Parameters
    ----------
    reduction : str or None
        See `cornu.losses.Loss`.
    name : str
    axis : int or tuple of int, optional
        Over which regions extend; all axes, the batch too, otherwise.
    dtype : str, optional

    Examples
    --------
    >>> round(float(Dice()([1.0, 1.0, 0.0], [1.0, 0.0, 0.0])), 4)
    0.3333
    """

    axis: int | Sequence[int] | None

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "dice",
        axis: int | Sequence[int] | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(dice, reduction, name, dtype, axis=axis)


class Tversky(LossFunctionWrapper):
    r"""1 minus the Tversky index, which weighs what is missed and what is too much.

    .. math::
        1 - \frac{\sum y \hat y}
        {\sum y \hat y + \alpha \sum y (1 - \hat y) + \beta \sum (1 - y) \hat y}

    Parameters
    ----------
    alpha : float
        Weight of what is in the target and not in the prediction.
    beta : float
        Weight of what is in the prediction and not in the target.
    reduction : str or None
        See `cornu.losses.Loss`.
    name : str
    axis : int or tuple of int, optional
        Over which regions extend; all axes, the batch too, otherwise.
    dtype : str, optional

    References
    ----------
    Salehi et al., *Tversky loss function for image segmentation*, 2017,
    https://arxiv.org/abs/1706.05721

    Examples
    --------
    >>> round(float(Tversky(alpha=1.0, beta=0.0)([1.0, 1.0, 0.0], [1.0, 0.0, 1.0])), 4)
    0.5
    """

    alpha: float
    beta: float
    axis: int | Sequence[int] | None

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str = "tversky",
        axis: int | Sequence[int] | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis)
