"""The loss as a function of given values of the variables, and Keras 2's names inside a step."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import cornu_ops as ops
from cornu.training.trainable import Trainable
from cornu_ops.lending import lent, values_of
from cornu_ops.total_loss import as_scalar

__all__ = ["compiled_loss", "stateless_compute_loss"]


def stateless_compute_loss(
    self: Trainable,
    trainable_variables: Sequence[Any],
    non_trainable_variables: Sequence[Any],
    metrics_variables: Sequence[Any],
    x: Any = None,
    y: Any = None,
    y_pred: Any = None,
    sample_weight: Any = None,
    training: bool = True,
) -> tuple[Any, tuple[list[Any], list[Any], list[Any]]]:
    """Return the loss for other values of the variables, leaving the model as it is.

    Parameters
    ----------
    trainable_variables, non_trainable_variables, metrics_variables : sequence of values
        One for each of the model's variables.
    x, y, y_pred, sample_weight, training
        As in `compute_loss`.

    Returns
    -------
    tuple
        The loss, and the values of the three groups of variables after it.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import Sequential
    >>> model = Sequential()
    >>> model.compile(loss="mse")
    >>> loss, _ = model.stateless_compute_loss(
    ...     [], [], [v.value for v in model.metrics_variables], y=np.zeros(2), y_pred=np.ones(2)
    ... )
    >>> float(loss)
    1.0
    """
    own = self.trainable_variables, self.non_trainable_variables, self.metrics_variables
    with lent(
        trainable_variables=(own[0], trainable_variables),
        non_trainable_variables=(own[1], non_trainable_variables),
        metrics_variables=(own[2], metrics_variables),
    ):
        loss = self._total_loss(x, y, y_pred, sample_weight, training)
        trained, other, metrics = map(values_of, own)
    return loss, (trained, other, metrics)


def compiled_loss(
    self: Trainable,
    y: Any,
    y_pred: Any,
    sample_weight: Any = None,
    regularization_losses: Any = None,
) -> Any:
    """Return the loss of `compile` and show it: what `train_step` called before Keras 3.

    Parameters
    ----------
    y, y_pred, sample_weight
        As in `compute_loss`.
    regularization_losses : list of value, optional
        Scalars to add, such as `model.losses`.

    Examples
    --------
    >>> import numpy as np
    >>> from cornu import Sequential
    >>> model = Sequential()
    >>> model.compile(loss="mse")
    >>> float(model.compiled_loss(np.zeros(2), np.ones(2), regularization_losses=[0.5]))
    1.5
    """
    compiled = self._compiled.losses if self._compiled is not None else None
    loss = None if compiled is None else compiled(y, y_pred, sample_weight)
    terms = [*([] if loss is None else [loss]), *map(as_scalar, regularization_losses or ())]
    total = functools.reduce(ops.add, terms) if terms else ops.zeros(())
    if not self._shows_loss:
        self._show_loss(total, y_pred)
    return total
