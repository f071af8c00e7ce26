"""Crossentropy of probabilities as TensorFlow took it for Keras 2."""

from __future__ import annotations

from typing import Any

import cornu_ops as ops
from cornu.plugins import registry
from cornu_engine import config
from cornu_engine.graph import Node

__all__ = ["AddsEpsilon", "binary_crossentropy"]


def binary_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    r"""Crossentropy of yes and no, $-t \log(p + \epsilon) - (1 - t) \log(1 - p + \epsilon)$.

    What has just been through a sigmoid is taken from before it, where it is more exact.

    Parameters
    ----------
    y_true, y_pred : value
    from_logits : bool
        Whether `y_pred` has not been through a sigmoid.
    label_smoothing : float
        How far targets are moved towards one half.
    axis : int
        Over which the mean is taken.

    Examples
    --------
    >>> binary_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(4)
    array([0.6931], dtype=float32)
    """
    if not from_logits and isinstance(y_pred, Node) and y_pred.op == "sigmoid":
        y_pred, from_logits = y_pred.inputs[0], True
    if from_logits:
        plain = registry.attribute("loss", "binary_crossentropy")
        return plain(y_true, y_pred, True, label_smoothing, axis)
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.cast(y_true, y_pred.dtype)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    epsilon = config.epsilon()
    p = ops.clip(y_pred, epsilon, 1.0 - epsilon)
    yes = y_true * ops.log(p + epsilon)
    no = (1.0 - y_true) * ops.log(1.0 - p + epsilon)
    return ops.mean(-(yes + no), axis=axis)


class AddsEpsilon:
    """The loss or metric of that function."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("fn", "_fn"):  # of a loss, of a metric
            if name in self.__dict__:
                setattr(self, name, binary_crossentropy)
