"""Crossentropies: how surprising the targets are, given the predictions."""

from __future__ import annotations

import warnings
from typing import Any

import cornu_ops as ops
from cornu.base.loss import LossFunctionWrapper
from cornu_data.symbolic.masks import set_mask
from cornu_ops.crossentropy import CLASS_NUMBERS, EACH_UNIT, ONE_HOT
from cornu_ops.targets import kind_of_targets, takes
from cornu_optim.losses.targets import aligned, paired


@takes(EACH_UNIT)
def binary_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """Return the mean binary crossentropy over an axis.

    Parameters
    ----------
    y_true : array (batch, …, d)
        0 and 1, or probabilities.
    y_pred : array (batch, …, d)
        Probabilities, or logits.
    from_logits : bool
        Whether `y_pred` has not been through a sigmoid. Logits are more exact.
    label_smoothing : float
        How far targets are moved towards one half.
    axis : int
        Over which the mean is taken.

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> binary_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(4)
    array([0.6931], dtype=float32)
    """
    y_true, y_pred = aligned(y_true, y_pred)
    if label_smoothing:
        y_true = ops.add(ops.multiply(y_true, 1.0 - label_smoothing), 0.5 * label_smoothing)
    return ops.mean(ops.binary_crossentropy(y_true, y_pred, from_logits=from_logits), axis=axis)


@takes(ONE_HOT)
def categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """Return the crossentropy between distributions over classes.

    Parameters
    ----------
    y_true : array (batch, …, classes)
        One-hot, or probabilities.
    y_pred : array (batch, …, classes)
        Probabilities (scaled to sum to 1), or logits.
    from_logits : bool
        Whether `y_pred` has not been through a softmax. Logits are more exact.
    label_smoothing : float
        How far targets are moved towards the uniform distribution.
    axis : int
        Of the classes.

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> categorical_crossentropy([[0.0, 1.0, 0.0]], [[0.05, 0.9, 0.05]]).round(4)
    array([0.1054], dtype=float32)
    """
    y_true, y_pred = smoothed(y_true, y_pred, label_smoothing, axis)
    return ops.categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)


@takes(CLASS_NUMBERS)
def sparse_categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> Any:
    """Return the crossentropy of class numbers.

    Parameters
    ----------
    y_true : array (batch, …) or (batch, …, 1)
        Numbers of the classes.
    y_pred : array (batch, …, classes)
        Probabilities (scaled to sum to 1), or logits.
    from_logits : bool
        Whether `y_pred` has not been through a softmax. Logits are more exact.
    ignore_class : int, optional
        Positions of this class count as 0, and not at all in a mean.
    axis : int
        Of the classes.

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> sparse_categorical_crossentropy([1], [[0.05, 0.9, 0.05]]).round(4)
    array([0.1054], dtype=float32)
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[axis] == 1:
        y_true = ops.squeeze(y_true, axis=axis)
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(
            y_true, y_pred, from_logits=from_logits, axis=axis
        )
    counts = ops.not_equal(y_true, ignore_class)
    y_true = ops.where(counts, y_true, ops.zeros_like(y_true))  # any class that exists
    values = ops.sparse_categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)
    values = ops.where(counts, values, ops.zeros_like(values))
    set_mask(values, counts)
    return values


def fitting_crossentropy(y_true: Any, y_pred: Any, from_logits: bool = False) -> Any:
    """Return the crossentropy that the shapes ask for: binary, of class numbers or of classes.

    Parameters
    ----------
    y_true : array
        Of the shape of `y_pred`, or class numbers.
    y_pred : array (batch, …, classes) or (batch, …, 1)
        Probabilities, or logits.
    from_logits : bool
        Whether `y_pred` has been through neither sigmoid nor softmax.

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> fitting_crossentropy([1], [[0.05, 0.9, 0.05]]).round(4)
    array([0.1054], dtype=float32)
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    meant = _BY_TARGETS[kind_of_targets(y_true, y_pred)]
    return meant(y_true, y_pred, from_logits=from_logits)


_BY_TARGETS = {
    "binary": binary_crossentropy,
    "sparse": sparse_categorical_crossentropy,
    "one_hot": categorical_crossentropy,
}
# "crossentropy" means one of these in `compile`, as a loss and as a metric.
fitting_crossentropy.by_targets = {  # type: ignore[attr-defined]
    kind: function.__name__ for kind, function in _BY_TARGETS.items()
}


def smoothed(y_true: Any, y_pred: Any, label_smoothing: float, axis: int) -> tuple[Any, Any]:
    """Return targets moved towards the uniform distribution, and predictions, of one dtype."""
    if isinstance(axis, bool):
        raise ValueError(f"`axis` must be a whole number, not {axis}.")
    y_true, y_pred = paired(y_true, y_pred)
    if y_pred.shape and y_pred.shape[-1] == 1:
        warnings.warn(
            f"A categorical crossentropy of predictions of shape {tuple(y_pred.shape)} is always "
            "0: there is one class. For two classes with one output, use 'binary_crossentropy'.",
            SyntaxWarning,
            stacklevel=3,
        )
    if label_smoothing:
        share = label_smoothing / y_true.shape[axis]
        y_true = ops.add(ops.multiply(y_true, 1.0 - label_smoothing), share)
    return y_true, y_pred


class BinaryCrossentropy(LossFunctionWrapper):
    r"""Binary crossentropy: mean of $-y \log \hat y - (1 - y) \log (1 - \hat y)$.

    Parameters
    ----------
    from_logits : bool
        Whether predictions have not been through a sigmoid. Logits are more exact.
    label_smoothing : float
        How far targets are moved towards one half.
    axis : int
        Over which the mean is taken.
    reduction : str or None
        See `cornu.losses.Loss`.
    name : str
    dtype : str, optional

    Examples
    --------
    >>> round(float(BinaryCrossentropy()([[0.0], [1.0]], [[0.1], [0.9]])), 4)
    0.1054
    >>> round(float(BinaryCrossentropy(from_logits=True)([[0.0], [1.0]], [[-3.0], [3.0]])), 4)
    0.0486
    """

    from_logits: bool
    label_smoothing: float
    axis: int

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "binary_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            binary_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class CategoricalCrossentropy(LossFunctionWrapper):
    r"""Crossentropy between distributions over classes: $-\sum_k y_k \log \hat y_k$.

    Parameters
    ----------
    from_logits : bool
        Whether predictions have not been through a softmax. Logits are more exact.
    label_smoothing : float
        How far targets are moved towards the uniform distribution.
    axis : int
        Of the classes.
    reduction : str or None
        See `cornu.losses.Loss`.
    name : str
    dtype : str, optional

    Examples
    --------
    >>> y_true, y_pred = [[0.0, 1.0, 0.0]], [[0.05, 0.9, 0.05]]
    >>> round(float(CategoricalCrossentropy()(y_true, y_pred)), 4)
    0.1054
    """

    from_logits: bool
    label_smoothing: float
    axis: int

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class SparseCategoricalCrossentropy(LossFunctionWrapper):
    r"""Crossentropy of class numbers: $-\log \hat y_{y}$.

    Parameters
    ----------
    from_logits : bool
        Whether predictions have not been through a softmax. Logits are more exact.
    ignore_class : int, optional
        Positions of this class do not count.
    reduction : str or None
        See `cornu.losses.Loss`.
    axis : int
        Of the classes.
    name : str
    dtype : str, optional

    Examples
    --------
    >>> loss = SparseCategoricalCrossentropy()
    >>> round(float(loss([1, 2], [[0.05, 0.9, 0.05], [0.1, 0.1, 0.8]])), 4)
    0.1643
    """

    from_logits: bool
    ignore_class: int | None
    axis: int

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            sparse_categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )


def is_categorical_crossentropy(loss: Any) -> bool:
    """Tell whether a loss, by name, function or object, is the categorical crossentropy (Keras 2).

    Examples
    --------
    >>> is_categorical_crossentropy("categorical_crossentropy"), is_categorical_crossentropy("mse")
    (True, False)
    """
    return (
        loss in ("categorical_crossentropy", categorical_crossentropy)
        or isinstance(loss, CategoricalCrossentropy)
        or getattr(loss, "fn", None) is categorical_crossentropy
    )
