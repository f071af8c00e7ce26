"""A crossentropy that wrong labels disturb less."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops
from cornu.base.loss import LossFunctionWrapper
from cornu_ops.targets import Target, takes


@takes(Target(integer=True))
def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> Any:
    """Return `(1 - p ** q) / q`, where `p` is the probability given to the target class.

    Parameters
    ----------
    y_true : array (batch, …)
        Numbers of the classes.
    y_pred : array (batch, …, classes)
        Probabilities.
    q : float
        Between 0 (crossentropy) and 1 (mean absolute error).

    Returns
    -------
    array (batch, …)

    Examples
    --------
    >>> categorical_generalized_cross_entropy([0], [[0.25, 0.75]], q=0.5)
    array([1.], dtype=float32)
    """
    y_pred = ops.convert_to_tensor(y_pred)
    one_hot = ops.one_hot(ops.cast(y_true, "int32"), y_pred.shape[-1], dtype=y_pred.dtype)
    right = ops.sum(ops.multiply(y_pred, one_hot), axis=-1)
    return ops.divide(ops.subtract(1.0, ops.power(right, q)), q)


class CategoricalGeneralizedCrossEntropy(LossFunctionWrapper):
    r"""The generalized crossentropy $(1 - \hat y_y^q) / q$, robust to wrong labels.

    Parameters
    ----------
    q : float
        Strictly between 0 (crossentropy) and 1 (mean absolute error).
    reduction : str or None
        See `cornu.losses.Loss`.
    name : str
    dtype : str, optional

    Raises
    ------
    ValueError
        If `q` lies outside.

    References
    ----------
    Zhang and Sabuncu, *Generalized cross entropy loss for training deep neural networks with noisy
    labels*, 2018, https://arxiv.org/abs/1805.07836

    Examples
    --------
    >>> float(CategoricalGeneralizedCrossEntropy()([0], [[0.25, 0.75]]))
    1.0
    """

    q: float

    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ) -> None:
        if not 0 < q < 1:
            raise ValueError(f"`q` must lie strictly between 0 and 1, not {q}.")
        super().__init__(categorical_generalized_cross_entropy, reduction, name, dtype, q=q)
