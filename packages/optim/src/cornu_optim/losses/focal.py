"""Focal crossentropies: samples that are already right weigh less."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import cornu_ops as ops
from cornu.base.loss import LossFunctionWrapper
from cornu_engine import config
from cornu_ops.targets import SameShape, takes
from cornu_optim.losses.crossentropy import smoothed
from cornu_optim.losses.targets import DISTRIBUTION, aligned


@takes(SameShape(broadcast=False))
def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """Return the mean binary focal crossentropy over an axis; see `BinaryFocalCrossentropy`.

    Parameters
    ----------
    y_true, y_pred : array (batch, …, d)
    apply_class_balancing, alpha, gamma, from_logits, label_smoothing, axis
        As in `BinaryFocalCrossentropy`.

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> binary_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(4)
    array([0.1733], dtype=float32)
    """
    y_true, y_pred = aligned(y_true, y_pred)
    if label_smoothing:
        y_true = ops.add(ops.multiply(y_true, 1.0 - label_smoothing), 0.5 * label_smoothing)
    if from_logits:
        y_pred = ops.sigmoid(y_pred)
    other = ops.subtract(1.0, y_true)
    right = ops.add(ops.multiply(y_true, y_pred), ops.multiply(other, ops.subtract(1.0, y_pred)))
    values = ops.binary_crossentropy(y_true, y_pred, from_logits=False)
    values = ops.multiply(ops.power(ops.subtract(1.0, right), gamma), values)
    if apply_class_balancing:
        weight = ops.add(ops.multiply(y_true, alpha), ops.multiply(other, 1.0 - alpha))
        values = ops.multiply(weight, values)
    return ops.mean(values, axis=axis)


@takes(DISTRIBUTION)
def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: Any = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """Return the focal crossentropy over classes; see `CategoricalFocalCrossentropy`.

    Parameters
    ----------
    y_true, y_pred : array (batch, …, classes)
    alpha, gamma, from_logits, label_smoothing, axis
        As in `CategoricalFocalCrossentropy`.

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> categorical_focal_crossentropy([[0.0, 1.0, 0.0]], [[0.25, 0.5, 0.25]]).round(4)
    array([0.0433], dtype=float32)
    """
    y_true, y_pred = smoothed(y_true, y_pred, label_smoothing, axis)
    if from_logits:
        y_pred = ops.softmax(y_pred, axis=axis)
    share = ops.divide(y_pred, ops.sum(y_pred, axis=axis, keepdims=True))
    share = ops.clip(share, config.epsilon(), 1.0 - config.epsilon())
    values = ops.multiply(ops.negative(y_true), ops.log(share))
    weight = ops.multiply(ops.power(ops.subtract(1.0, share), gamma), alpha)
    return ops.sum(ops.multiply(weight, values), axis=axis)


class BinaryFocalCrossentropy(LossFunctionWrapper):
    r"""Binary crossentropy, weighted less where a sample is already right.

    It is multiplied by $(1 - p)^\gamma$, $p$ being the probability given to the target.

    Parameters
    ----------
    apply_class_balancing : bool
        Whether class 1 weighs `alpha` and class 0 weighs `1 - alpha`.
    alpha : float
    gamma : float
        How much less a sample weighs that is already right.
    from_logits : bool
        Whether predictions have not been through a sigmoid.
    label_smoothing : float
        How far targets are moved towards one half.
    axis : int
        Over which the mean is taken.
    reduction : str or None
        See `cornu.losses.Loss`.
    name : str
    dtype : str, optional

    References
    ----------
    Lin et al., *Focal loss for dense object detection*, 2017, https://arxiv.org/abs/1708.02002

    Examples
    --------
    >>> round(float(BinaryFocalCrossentropy(gamma=2)([[0.0, 1.0]], [[0.5, 0.5]])), 4)
    0.1733
    """

    apply_class_balancing: bool
    alpha: float
    gamma: float
    from_logits: bool
    label_smoothing: float
    axis: int

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "binary_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            binary_focal_crossentropy,
            reduction,
            name,
            dtype,
            apply_class_balancing=apply_class_balancing,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class CategoricalFocalCrossentropy(LossFunctionWrapper):
    r"""Crossentropy over classes, weighted less where a sample is already right.

    .. math:: -\sum_k \alpha_k (1 - \hat y_k)^\gamma y_k \log \hat y_k

    Parameters
    ----------
    alpha : float or list of float
        Weight of all classes, or of each.
    gamma : float
        How much less a sample weighs that is already right.
    from_logits : bool
        Whether predictions have not been through a softmax.
    label_smoothing : float
        How far targets are moved towards the uniform distribution.
    axis : int
        Of the classes.
    reduction : str or None
        See `cornu.losses.Loss`.
    name : str
    dtype : str, optional

    References
    ----------
    Lin et al., *Focal loss for dense object detection*, 2017, https://arxiv.org/abs/1708.02002

    Examples
    --------
    >>> y_true, y_pred = [[0.0, 1.0, 0.0]], [[0.25, 0.5, 0.25]]
    >>> round(float(CategoricalFocalCrossentropy()(y_true, y_pred)), 4)
    0.0433
    """

    alpha: float | Sequence[float] | np.ndarray
    gamma: float
    from_logits: bool
    label_smoothing: float
    axis: int

    def __init__(
        self,
        alpha: float | Sequence[float] | np.ndarray = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            categorical_focal_crossentropy,
            reduction,
            name,
            dtype,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
