"""Do the targets fit the loss and the output?

Shapes are compared when a step is traced, values before it runs.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu.training.data.checks import show_shape
from cornu_engine import tree
from cornu_engine.errors import DataError

__all__ = ["TargetRule", "check_target_shape", "check_target_values", "rule_for"]

# What each of Cornu's losses expects of a target. Other functions are their author's business.
SPARSE = {"sparse_categorical_crossentropy"}
NEVER_BROADCAST = {
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
}
ONE_HOT = {
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "kl_divergence",
    "categorical_hinge",
}
SAME_SHAPE = {
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "cosine_similarity",
    "hinge",
    "huber",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
    "squared_hinge",
}


@dataclass(frozen=True)
class TargetRule:
    """What the target of one output must be.

    Attributes
    ----------
    output : str
        Name of the output.
    position : int
        Place of the target among the leaves of `y`.
    loss : str
        Name of the loss.
    classes : int or None
        Number of classes, where the target holds class numbers.
    ignored : int or None
        A class number that is out of range on purpose.
    """

    output: str
    position: int
    loss: str
    classes: int | None = None
    ignored: int | None = None


def rule_for(loss: Any, output: str, position: int, y_true: Any, y_pred: Any) -> TargetRule | None:
    """Return the rule for an output after checking shapes, or None for a loss of the user's own.

    Parameters
    ----------
    loss : Loss
    output : str
    position : int
    y_true, y_pred : traced value
    """
    name = _own_name(loss)
    if name is None:
        return None
    options = getattr(loss, "_fn_kwargs", {})
    axis = options.get("axis", -1)
    check_target_shape(name, output, tuple(y_true.shape), tuple(y_pred.shape), axis, y_true.dtype)
    classes = y_pred.shape[axis] if name in SPARSE else None
    return TargetRule(output, position, name, classes, options.get("ignore_class"))


def _own_name(loss: Any) -> str | None:
    fn = getattr(loss, "fn", None)
    if fn is None or not (getattr(fn, "__module__", None) or "").startswith("cornu"):
        return None
    return fn.__name__


def check_target_shape(
    loss: str,
    output: str,
    target: tuple[int, ...],
    predicted: tuple[int, ...],
    axis: int = -1,
    dtype: Any = "float32",
) -> None:
    """Raise if a target of this shape cannot be meant, warn if it is broadcast.

    Most losses compute element by element, so a target `(batch, 1)` can stand against an output
    `(batch, 2)`. That is seldom meant, but it has a value. Samples are never mixed: where the batch
    axis of one would meet another axis of the other, it raises.

    Parameters
    ----------
    loss, output : str
        Names, for the message.
    target, predicted : tuple of int
        Shapes with the batch axis.
    axis : int
        Of the classes.
    dtype
        Of the target.

    Raises
    ------
    DataError
        Saying which loss or conversion fits.

    Warns
    -----
    UserWarning
        If the two are broadcast.

    Examples
    --------
    >>> check_target_shape("mean_squared_error", "dense", (32, 1), (32, 1))
    """
    if not predicted or axis not in (-1, len(predicted) - 1):
        return
    units = predicted[-1]
    if loss in SPARSE:
        if target == predicted and units > 1:
            raise DataError(
                _shapes(loss, output, target, predicted) + _USE_ONE_HOT.format(units=units)
            )
        if target not in (predicted[:-1], (*predicted[:-1], 1)):
            raise DataError(_shapes(loss, output, target, predicted) + _class_numbers(predicted))
    elif loss in ONE_HOT | SAME_SHAPE and not _same_up_to_last(target, predicted):
        text = _shapes(loss, output, target, predicted) + _advice(loss, target, predicted)
        if loss in NEVER_BROADCAST or not _broadcast(target, predicted):
            raise DataError(text)
        warnings.warn(f"{text} As they are, they are broadcast.", stacklevel=2)


def _advice(loss: str, target: tuple[int, ...], predicted: tuple[int, ...]) -> str:
    """Return the edit that makes the shapes fit."""
    units = predicted[-1]
    as_numbers = target in (predicted[:-1], (*predicted[:-1], 1)) and units > 1
    if as_numbers and loss in ONE_HOT:
        return _USE_SPARSE.format(units=units)
    hint = " The last layer should have as many units as a target has numbers"
    if len(predicted) == 2:
        numbers = target[1] if len(target) == 2 else 1
        hint += f": {numbers}"
    if as_numbers and loss == "binary_crossentropy":
        hint += f"; or train {units} classes with 'softmax' and 'sparse_categorical_crossentropy'"
    return f"{hint}."


def _broadcast(target: tuple[int, ...], predicted: tuple[int, ...]) -> bool:
    """Tell whether the two broadcast sample by sample."""
    if len(predicted) == len(target) + 1 and predicted[-1] == 1:
        predicted = predicted[:-1]
    elif len(target) == len(predicted) + 1 and target[-1] == 1:
        target = target[:-1]
    return len(target) == len(predicted) and all(
        size == other or 1 in (size, other) for size, other in zip(target, predicted, strict=True)
    )


def _same_up_to_last(target: tuple[int, ...], predicted: tuple[int, ...]) -> bool:
    """Equal, or equal but for a last axis of size 1 that one of them lacks."""
    return target == predicted or (*target, 1) == predicted or target == (*predicted, 1)


def _shapes(loss: str, output: str, target: tuple[int, ...], predicted: tuple[int, ...]) -> str:
    return (
        f"y has shape {show_shape(target, batch=True)}, but output {output!r} of the model has "
        f"shape {show_shape(predicted, batch=True)}, and the loss {loss!r} compares the two."
    )


_USE_ONE_HOT = (
    " It expects class numbers, one per sample. If y is one-hot, use "
    "loss='categorical_crossentropy', or pass y.argmax(axis=-1)."
)
_USE_SPARSE = (
    " It expects one-hot targets. If y holds class numbers, use "
    "loss='sparse_categorical_crossentropy', or pass cornu.utils.to_categorical(y, {units})."
)


def _class_numbers(predicted: tuple[int, ...]) -> str:
    return f" It expects class numbers of shape {show_shape(predicted[:-1], batch=True)}."


def check_target_values(y: Any, rules: Iterable[TargetRule]) -> None:
    """Raise if a target holds NaN, or a class that the output does not have.

    Parameters
    ----------
    y : structure of numpy.ndarray
    rules : iterable of TargetRule

    Raises
    ------
    DataError
        Naming the first sample at fault.

    Examples
    --------
    >>> rule = TargetRule("dense", 0, "sparse_categorical_crossentropy", classes=2)
    >>> check_target_values(np.array([0, 1]), [rule])
    """
    named = tree.flatten(y)
    for rule in rules:
        target = named[rule.position] if rule.position < len(named) else None
        if target is None or target.size == 0:
            continue
        name = "y" if len(named) == 1 else f"y for output {rule.output!r}"
        if target.dtype.kind == "f":
            _check_nan(target, name)
        if rule.classes is not None:
            _check_classes(target, name, rule)


def _check_nan(target: np.ndarray, name: str) -> None:
    with np.errstate(all="ignore"):
        # one pass without a temporary; only a total that is not finite needs a look
        total = target.sum()
    if np.isfinite(total):
        return
    missing = np.isnan(target)
    if not missing.any():
        return
    rows = np.flatnonzero(missing.reshape(len(target), -1).any(axis=1))
    raise DataError(
        f"{name} holds NaN in {len(rows)} of {len(target)} samples (the first is "
        f"{name.split()[0]}[{rows[0]}]); every weight would become NaN in the first step. Drop "
        "these samples, e.g. keep = ~np.isnan(y), or fill them in."
    )


def _check_classes(target: np.ndarray, name: str, rule: TargetRule) -> None:
    classes = rule.classes or 0
    low, high = target.min(), target.max()
    if low >= 0 and high < classes:
        return
    outside = (target < 0) | (target >= classes)
    if rule.ignored is not None:
        outside &= target != rule.ignored
    if not outside.any():
        return
    where = np.argwhere(outside)[0]
    value = target[tuple(where)]
    index = ", ".join(map(str, where))
    number = int(value) if float(value).is_integer() else value
    message = (
        f"{name} holds class {number} (at {name.split()[0]}[{index}]), but output {rule.output!r} "
        f"has {classes} units, so {rule.loss} takes the classes 0 to {classes - 1}. "
    )
    if low == 1 and high == classes:
        raise DataError(f"{message}The classes seem to be counted from 1: pass y - 1.")
    if low < 0:
        raise DataError(
            f"{message}Number the classes from 0: classes, y = np.unique(y, return_inverse=True)."
        )
    raise DataError(
        f"{message}Give the last layer {int(high) + 1} units, or number the classes from 0 without "
        f"gaps: classes, y = np.unique(y, return_inverse=True)."
    )
