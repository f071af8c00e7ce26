"""Connectionist temporal classification: label sequences without their timing."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import ops
from cornu.base.loss import LossFunctionWrapper
from cornu.errors import ShapeError

_IMPOSSIBLE = -1e5  # logarithm of a probability that is none, still finite to differentiate


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
    batch, labels = y_true.shape
    blanks = ops.zeros_like(y_true)
    # blank, first label, blank, second label, …, blank
    states = ops.reshape(ops.stack([blanks, y_true], axis=-1), (batch, 2 * labels))
    states = ops.concatenate([states, blanks[:, :1]], axis=1)
    one_hot = ops.one_hot(states, y_pred.shape[-1], dtype=y_pred.dtype)
    emitted = ops.matmul(ops.log_softmax(y_pred, axis=-1), ops.transpose(one_hot, (0, 2, 1)))
    emitted = ops.transpose(emitted, (1, 0, 2))  # (time, batch, states)
    first = np.where(np.arange(2 * labels + 1) < 2, 0.0, _IMPOSSIBLE).astype(y_pred.dtype)
    # a blank may be skipped between two labels that differ
    skips = ops.logical_and(
        ops.not_equal(states[:, 2:], 0), ops.not_equal(states[:, 2:], states[:, :-2])
    )
    skips = ops.multiply(ops.cast(ops.logical_not(skips), y_pred.dtype), _IMPOSSIBLE)

    def step(alpha: Any, emission: Any) -> tuple[Any, Any]:
        from_last = ops.pad(alpha[:, :-1], ((0, 0), (1, 0)), constant_values=_IMPOSSIBLE)
        skipped = ops.add(alpha[:, :-2], skips)
        skipped = ops.pad(skipped, ((0, 0), (2, 0)), constant_values=_IMPOSSIBLE)
        new = ops.logaddexp(ops.logaddexp(alpha, from_last), skipped)
        new = ops.add(new, emission)
        return new, ops.zeros((), dtype=new.dtype)

    alpha, _ = ops.scan(step, ops.add(emitted[0], first), emitted[1:])
    length = ops.sum(ops.cast(ops.not_equal(y_true, 0), "int32"), axis=-1)
    in_blank = _pick(alpha, ops.multiply(2, length))
    in_label = _pick(alpha, ops.subtract(ops.multiply(2, length), 1))
    in_label = ops.where(ops.greater(length, 0), in_label, ops.full_like(in_label, _IMPOSSIBLE))
    return ops.negative(ops.logaddexp(in_blank, in_label))


def _pick(alpha: Any, index: Any) -> Any:
    return ops.sum(
        ops.multiply(alpha, ops.one_hot(index, alpha.shape[1], dtype=alpha.dtype)), axis=1
    )


ctc.integer_targets = True  # type: ignore[attr-defined]


class CTC(LossFunctionWrapper):
    r"""Minus the log-probability of a label sequence, summed over all its alignments in time.

    .. math:: -\log \sum_{\pi \to y} \prod_t \hat y_{t, \pi_t}

    where :math:`\pi \to y` are the paths that read :math:`y` once repetitions and then blanks are
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
