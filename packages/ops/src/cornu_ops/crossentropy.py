"""Cross-entropies per sample: the values that losses reduce."""

from __future__ import annotations

import numpy as np

from cornu_engine import config
from cornu_engine.errors import ShapeError
from cornu_engine.shapes import normalize_axis
from cornu_engine.trace import op
from cornu_ops.composites import crossentropy as _whole
from cornu_ops.movement import squeeze
from cornu_ops.targets import ClassNumbers, OneHot, SameShape, takes
from cornu_ops.values import Tensor, TensorLike, cast_value, floating, value

# As losses they take these targets, and each knows who takes those of the others.
CLASS_NUMBERS = ClassNumbers(instead="loss='categorical_crossentropy'")
ONE_HOT = OneHot(broadcast=False, instead="loss='sparse_categorical_crossentropy'")
EACH_UNIT = SameShape(broadcast=False, instead="'softmax' and 'sparse_categorical_crossentropy'")


def _same_shape(name: str, target: Tensor, output: Tensor) -> None:
    if tuple(target.shape) != tuple(output.shape):
        raise ShapeError(
            f"{name}: target has shape {tuple(target.shape)}, output {tuple(output.shape)}; "
            "they must be equal."
        )


@takes(ONE_HOT)
@op
def categorical_crossentropy(
    target: TensorLike, output: TensorLike, from_logits: bool = False, axis: int = -1
) -> Tensor:
    """`-sum(target * log(output))` over the classes.

    Parameters
    ----------
    target
        Probabilities of the classes (one-hot for sure ones), of the shape of `output`.
    output
        Predicted probabilities, or logits. Probabilities are made to sum to 1 and held within
        `[epsilon, 1 - epsilon]`.
    from_logits
        Whether `output` are logits.
    axis
        The axis of classes.

    Returns
    -------
    Tensor
        One value per sample: the shape of `output` without `axis`.

    Raises
    ------
    ShapeError
        If the shapes differ.

    Examples
    --------
    >>> ops.categorical_crossentropy([[0.0, 1.0]], [[0.2, 0.8]])
    array([0.22314353], dtype=float32)
    """
    output = floating(output)
    target = value(target, output.dtype)
    _same_shape("categorical_crossentropy", target, output)
    if output.ndim < 1:
        raise ShapeError("categorical_crossentropy: target and output need at least one axis.")
    axis = normalize_axis(axis, output.ndim)
    if from_logits:
        return _whole.crossentropy_from_logits(target, output, axis=axis)
    return _whole.crossentropy(target, output, axis=axis, epsilon=config.epsilon())


@takes(CLASS_NUMBERS)
@op
def sparse_categorical_crossentropy(
    target: TensorLike, output: TensorLike, from_logits: bool = False, axis: int = -1
) -> Tensor:
    """`-log(output[target])`: the cross-entropy of whole classes.

    Parameters
    ----------
    target
        Class of each sample, as integers: the shape of `output` without the axis of classes,
        which may also be there with size 1.
    output
        Predicted probabilities, or logits.
    from_logits
        Whether `output` are logits.
    axis
        The axis of classes.

    Returns
    -------
    Tensor
        One value per sample.

    Raises
    ------
    ShapeError
        If the shapes do not fit.

    Examples
    --------
    >>> ops.sparse_categorical_crossentropy([1], [[0.2, 0.8]])
    array([0.22314353], dtype=float32)
    """
    output, target = floating(output), value(target)
    if target.dtype.kind not in "iu":
        target = cast_value(target, np.int32)
    if output.ndim < 1:
        raise ShapeError("sparse_categorical_crossentropy: output needs at least one axis.")
    axis = normalize_axis(axis, output.ndim)
    if target.ndim == output.ndim and target.shape[-1] == 1:
        target = squeeze(target, -1)
    expected = tuple(n for i, n in enumerate(output.shape) if i != axis)
    if tuple(target.shape) != expected:
        raise ShapeError(
            f"sparse_categorical_crossentropy: target has shape {tuple(target.shape)}, but output "
            f"of shape {tuple(output.shape)} needs {expected}."
        )
    if from_logits:
        return _whole.sparse_crossentropy_from_logits(target, output, axis=axis)
    return _whole.sparse_crossentropy(target, output, axis=axis, epsilon=config.epsilon())


@takes(EACH_UNIT)
@op
def binary_crossentropy(
    target: TensorLike, output: TensorLike, from_logits: bool = False
) -> Tensor:
    """`-(t * log(p) + (1 - t) * log(1 - p))`, element by element.

    Parameters
    ----------
    target
        Probabilities that it is so (0 or 1 for sure ones), of the shape of `output`.
    output
        Predicted probabilities, held within `[epsilon, 1 - epsilon]`, or logits.
    from_logits
        Whether `output` are logits.

    Returns
    -------
    Tensor
        Of the shape of `output`.

    Raises
    ------
    ShapeError
        If the shapes differ.

    Examples
    --------
    >>> ops.binary_crossentropy([0.0, 1.0], [0.2, 0.8])
    array([0.22314353, 0.22314353], dtype=float32)
    """
    output = floating(output)
    target = value(target, output.dtype)
    _same_shape("binary_crossentropy", target, output)
    if from_logits:
        return _whole.binary_crossentropy_from_logits(target, output)
    return _whole.binary_crossentropy(target, output, epsilon=config.epsilon())
