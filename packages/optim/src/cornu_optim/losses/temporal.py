"""Connectionist temporal classification: label sequences without their timing."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops
from cornu.base.loss import LossFunctionWrapper
from cornu_engine.errors import ShapeError
from cornu_ops.targets import Target, takes


@takes(Target(integer=True))
def ctc(y_true: Any, y_pred: Any) -> Any:
    """Return minus the log-probability of each label sequence, over all its alignments.

    Parameters
    ----------
    y_true : array (batch, labels)
        Whole numbers from 1; 0 fills up shorter sequences and is the blank.
    y_pred : array (batch, time, classes)
        Logits.

    Returns
    -------
    array (batch,)

    Raises
    ------
    ShapeError
        For other ranks.

    Examples
    --------
    >>> import numpy as np
    >>> uniform = np.zeros((1, 2, 3), "float32")  # 3 of 9 paths read "1": 11, 10 and 01
    >>> round(float(np.exp(-ctc([[1]], uniform))[0]), 4)
    0.3333
    """
    y_true, y_pred = ops.cast(y_true, "int32"), ops.convert_to_tensor(y_pred)
    if len(y_true.shape) != 2 or len(y_pred.shape) != 3:
        raise ShapeError(
            "ctc takes targets (batch, labels) and logits (batch, time, classes), not "
            f"{tuple(y_true.shape)} and {tuple(y_pred.shape)}."
        )
    lengths = ops.sum(ops.cast(ops.not_equal(y_true, 0), "int32"), axis=-1)
    batch, time = y_pred.shape[:2]
    return ops.ctc_loss(y_true, y_pred, lengths, ops.full((batch,), time, dtype="int32"))


class CTC(LossFunctionWrapper):
    r"""Minus the log-probability of a label sequence, summed over all its alignments in time.

    .. math:: -\log \sum_{\pi \to y} \prod_t \hat y_{t, \pi_t}

    where $\pi \to y$ are the paths that read $y$ once repetitions and then blanks are
    taken out.

    Parameters
    ----------
    reduction : str or None
        See `cornu.losses.Loss`.
    name : str
    dtype : str, optional

    Raises
    ------
    ShapeError
        If targets are not (batch, labels), logits not (batch, time, classes).

    References
    ----------
    Graves et al., *Connectionist temporal classification*, 2006.

    Examples
    --------
    >>> import numpy as np
    >>> round(float(CTC()([[1]], np.zeros((1, 2, 3)))), 4)
    1.0986
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "ctc",
        dtype: Any = None,
    ) -> None:
        super().__init__(ctc, reduction, name, dtype)
