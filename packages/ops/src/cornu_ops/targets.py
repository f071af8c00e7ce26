"""What a loss takes as a target, said by the loss itself.

A function says it by `@takes(ClassNumbers())`, a class of losses by its attribute `target`. Shapes
are compared when a step is traced, values before it runs.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar

import numpy as np

from cornu_engine import tree
from cornu_engine.dtypes import FLOATS
from cornu_engine.errors import DataError

__all__ = [
    "ClassNumbers",
    "Comparison",
    "OneHot",
    "SameShape",
    "Target",
    "TargetRule",
    "check_takes_two",
    "check_target_values",
    "kind_of_targets",
    "rule_for",
    "takes",
    "takes_integers",
    "target_of",
]

F = TypeVar("F", bound=Callable[..., Any])
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Comparison:
    """A target and the output that a loss compares it with.

    Attributes
    ----------
    loss, output : str
        Their names.
    target, predicted : tuple of int
        Shapes with the batch axis.

    Examples
    --------
    >>> print(Comparison("hinge", "score", (32,), (32, 2)))
    y has shape (batch,), but output 'score' of the model has shape (batch, 2), and the loss \
'hinge' compares the two.
    """

    loss: str
    output: str
    target: Shape
    predicted: Shape

    def __str__(self) -> str:
        return (
            f"y has shape {_shown(self.target)}, but output {self.output!r} of the model has "
            f"shape {_shown(self.predicted)}, and the loss {self.loss!r} compares the two."
        )

    @property
    def holds_numbers(self) -> bool:
        """Whether the target has the shape of class numbers, and the output that of classes."""
        return self.has_class_numbers_shape and self.predicted[-1] > 1

    @property
    def has_class_numbers_shape(self) -> bool:
        """Whether the target has one number where the output has one for each class."""
        return self.target in (self.predicted[:-1], (*self.predicted[:-1], 1))


@dataclass(frozen=True)
class Target:
    """What a loss takes as a target: anything. Those below say more.

    Parameters
    ----------
    axis : int
        Of the classes.
    integer : bool
        Whether it holds whole numbers, which are not cast to the dtype of the loss.
    instead : str
        What takes targets of the other make, as it stands in an advice:
        `"loss='categorical_crossentropy'"`.

    Examples
    --------
    >>> @takes(Target(integer=True))
    ... def right_place(y_true, y_pred):
    ...     return ops.take_along_axis(y_pred, y_true[:, None], axis=1)
    >>> takes_integers(right_place)
    True
    """

    axis: int = -1
    integer: bool = False
    instead: str = ""

    arguments: ClassVar[tuple[str, ...]] = ("axis",)  # of the loss, which say the same
    only_nan: ClassVar[bool] = False  # is refused among the values: a number, where it is taken

    def with_arguments(self, given: Mapping[str, Any]) -> Target:
        """Return the target as the arguments say that a loss was made with."""
        said = {name: given[name] for name in self.arguments if name in given}
        return replace(self, **said) if said else self

    def check_shape(self, compared: Comparison) -> None:
        """Raise if a target of this shape cannot be meant, warn if it is broadcast."""

    def check_values(self, values: np.ndarray, name: str, compared: Comparison) -> None:
        """Raise if a target holds what the loss cannot take.

        Parameters
        ----------
        values : numpy.ndarray
            The target of one output.
        name : str
            What it is called, for the message: `"y for output 'score'"`.
        compared : Comparison
        """

    def _is_along_last(self, predicted: Shape) -> bool:
        return bool(predicted) and self.axis in (-1, len(predicted) - 1)


@dataclass(frozen=True)
class ClassNumbers(Target):
    """One whole number for each sample or position, below the number of units.

    Parameters
    ----------
    axis, integer, instead
        As in `Target`.
    ignore_class : int, optional
        A number that is out of range on purpose.

    Examples
    --------
    >>> compared = Comparison("focal", "kind", (32, 1), (32, 10))
    >>> ClassNumbers().check_shape(compared)
    >>> ClassNumbers().check_values(np.array([[9]]), "y", compared)
    """

    integer: bool = True
    ignore_class: int | None = None

    arguments = ("axis", "ignore_class")

    def check_shape(self, compared: Comparison) -> None:
        """Raise if there is not one number where the output has one for each class."""
        predicted = compared.predicted
        if not self._is_along_last(predicted):
            return
        if compared.target == predicted and predicted[-1] > 1:
            use = f"use {self.instead}, or " if self.instead else ""
            raise DataError(
                f"{compared} It expects class numbers, one per sample. If y is one-hot, {use}"
                "pass y.argmax(axis=-1)."
            )
        if not compared.has_class_numbers_shape:
            shape = _shown(predicted[:-1])
            flat = len(predicted) > 2 and len(compared.target) == 1
            raise DataError(
                f"{compared} It expects class numbers of shape {shape}"
                + (
                    "; for one class per sample, put a Flatten or a pooling layer before the last "
                    "Dense."
                    if flat
                    else "."
                )
            )

    def check_values(self, values: np.ndarray, name: str, compared: Comparison) -> None:
        """Raise if there is NaN, or a class that the output does not have."""
        check_nan(values, name)
        if values.dtype.kind == "f":
            _check_whole(values, name, compared)
        classes = compared.predicted[self.axis] if compared.predicted else 1
        low, high = values.min(), values.max()
        if low >= 0 and high < classes:
            return
        outside = (values < 0) | (values >= classes)
        if self.ignore_class is not None:
            outside &= values != self.ignore_class
        if not outside.any():
            return
        where = np.argwhere(outside)[0]
        value = values[tuple(where)]
        index = ", ".join(map(str, where))
        number = int(value) if float(value).is_integer() else value
        message = (
            f"{name} holds class {number} (at {name.split()[0]}[{index}]), but output "
            f"{compared.output!r} has {classes} units, so {compared.loss} takes the classes 0 to "
            f"{classes - 1}. "
        )
        if low == 1 and high == classes:
            raise DataError(f"{message}The classes seem to be counted from 1: pass y - 1.")
        renumber = "classes, y = np.unique(y, return_inverse=True)."
        if low < 0:
            raise DataError(f"{message}Number the classes from 0: {renumber}")
        raise DataError(
            f"{message}Give the last layer {int(high) + 1} units, or number the classes from 0 "
            f"without gaps: {renumber}"
        )


@dataclass(frozen=True)
class SameShape(Target):
    """One number for each unit of the output.

    Most losses compute element by element, so a target `(batch, 1)` can stand against an output
    `(batch, 2)`. That is seldom meant, but it has a value. Samples are never mixed: where the batch
    axis of one would meet another axis of the other, it raises.

    Parameters
    ----------
    axis, integer, instead
        As in `Target`.
    broadcast : bool
        Whether shapes that broadcast sample by sample are taken, with a warning.

    Examples
    --------
    >>> SameShape().check_shape(Comparison("quartic_error", "dense", (32, 1), (32, 1)))
    """

    broadcast: bool = True

    only_nan = True

    def check_shape(self, compared: Comparison) -> None:
        """Raise if the shapes differ, or warn if they broadcast."""
        target, predicted = compared.target, compared.predicted
        if not self._is_along_last(predicted) or _same_up_to_last(target, predicted):
            return
        text = f"{compared} {self._advice(compared)}"
        if not self.broadcast or not _broadcast(target, predicted):
            raise DataError(text)
        warnings.warn(f"{text} As they are, they are broadcast.", stacklevel=2)

    def check_values(self, values: np.ndarray, name: str, compared: Comparison) -> None:
        """Raise if there is NaN."""
        check_nan(values, name)

    def _advice(self, compared: Comparison) -> str:
        """Return the edit that makes the shapes fit."""
        hint = "The last layer should have as many units as a target has numbers"
        if len(compared.predicted) == 2:
            hint += f": {compared.target[1] if len(compared.target) == 2 else 1}"
        if compared.holds_numbers and self.instead:
            hint += f"; or train {compared.predicted[-1]} classes with {self.instead}"
        return f"{hint}."


@dataclass(frozen=True)
class OneHot(SameShape):
    """One number for each class: 0 or 1, or probabilities.

    Examples
    --------
    >>> OneHot(broadcast=False).check_shape(Comparison("focal", "kind", (32,), (32, 10)))
    Traceback (most recent call last):
    cornu_engine.errors.DataError: y has shape (batch,), but output 'kind' of the model has shape \
(batch, 10), and the loss 'focal' compares the two. It expects one-hot targets. If y holds class \
numbers, pass cornu.utils.to_categorical(y, 10).
    """

    def _advice(self, compared: Comparison) -> str:
        units = compared.predicted[-1]
        if not compared.holds_numbers:
            return super()._advice(compared)
        use = f"use {self.instead}, or " if self.instead else ""
        return (
            f"It expects one-hot targets. If y holds class numbers, {use}pass "
            f"cornu.utils.to_categorical(y, {units})."
        )


def takes(target: Target) -> Callable[[F], F]:
    """Say what a loss function takes as a target (decorator).

    Arguments of the loss named as those of the target, such as `axis`, go before it.

    Examples
    --------
    >>> @takes(SameShape())
    ... def quartic_error(y_true, y_pred):
    ...     return ops.mean((y_true - y_pred) ** 4, axis=-1)
    >>> target_of(quartic_error)
    SameShape(axis=-1, integer=False, instead='', broadcast=True)
    """

    def say(function: F) -> F:
        function.target = target  # type: ignore[attr-defined]
        return function

    return say


def target_of(loss: Any) -> Target | None:
    """Return what a loss, or the function that it calls, says of its targets; None if nothing."""
    function = getattr(loss, "fn", None)
    for one in (loss, function):
        said = getattr(one, "target", None)
        if isinstance(said, Target):
            return said.with_arguments(getattr(loss, "_fn_kwargs", {}))
    return None


def takes_integers(loss: Any) -> bool:
    """Tell whether targets of a loss are whole numbers, which are not cast to its dtype.

    A function that says no more than that may have the attribute `integer_targets = True`.
    """
    said = target_of(loss)
    if said is not None:
        return said.integer
    return bool(getattr(getattr(loss, "fn", loss), "integer_targets", False))


def kind_of_targets(y_true: Any, y_pred: Any) -> str:
    """Return "binary", "sparse" or "one_hot", as Keras tells them apart.

    Examples
    --------
    >>> import numpy as np
    >>> kind_of_targets(np.zeros(5), np.zeros((5, 3)))
    'sparse'
    """
    if y_pred.shape[-1] == 1:
        return "binary"
    if len(y_true.shape) < len(y_pred.shape) or y_true.shape[-1] == 1:
        return "sparse"
    return "one_hot"


def check_nan(values: np.ndarray, name: str) -> None:
    """Raise if there is NaN among the values, naming the first sample of it."""
    if values.dtype.kind not in FLOATS:
        return
    with np.errstate(all="ignore"):
        # one pass without a temporary; only a total that is not finite needs a look
        total = values.sum()
    if np.isfinite(total):
        return
    missing = np.isnan(values)
    if not missing.any():
        return
    rows = np.flatnonzero(missing.reshape(len(values), -1).any(axis=1))
    raise DataError(
        f"{name} holds NaN in {len(rows)} of {len(values)} samples (the first is "
        f"{name.split()[0]}[{rows[0]}]); every weight would become NaN in the first step. Drop "
        "these samples, e.g. keep = ~np.isnan(y), or fill them in."
    )


def _check_whole(values: np.ndarray, name: str, compared: Comparison) -> None:
    """Raise if a class is no whole number."""
    parts = np.flatnonzero(values != np.floor(values))
    if parts.size:
        place = ", ".join(map(str, np.unravel_index(parts[0], values.shape)))
        raise DataError(
            f"{name} holds {values.flat[parts[0]]} (at {name.split()[0]}[{place}]), but "
            f"{compared.loss} takes the numbers of classes: 0, 1, 2, … For numbers that are to be "
            "predicted themselves, use 'mse' and a last layer without 'softmax'."
        )


def check_takes_two(function: Callable[..., Any], named: Mapping[str, Any], what: str) -> None:
    """Raise TypeError for a function of one's own that cannot be a loss or a metric.

    Examples
    --------
    >>> check_takes_two(lambda y_true, y_pred: y_pred - y_true, {}, "loss")
    """
    if not callable(function):  # a name in a configuration
        return
    try:
        inspect.signature(function).bind(None, None, **named)
    except ValueError:  # a builtin that does not tell
        return
    except TypeError as error:
        name = getattr(function, "__name__", type(function).__name__)
        raise TypeError(
            f"The {what} {name} is called as {name}(y_true, y_pred): {error}."
        ) from None


@dataclass(frozen=True)
class TargetRule:
    """What the target of one output must be.

    Attributes
    ----------
    position : int
        Place of the target among the leaves of `y`.
    target : Target
        What the loss takes.
    compared : Comparison
        The shapes that it met, and the names.
    """

    position: int
    target: Target
    compared: Comparison


def rule_for(loss: Any, output: str, position: int, y_true: Any, y_pred: Any) -> TargetRule | None:
    """Return the rule for an output after checking shapes, or None if the loss says nothing.

    Parameters
    ----------
    loss : Loss
    output : str
    position : int
    y_true, y_pred : traced value
    """
    target = target_of(loss)
    if target is None:
        return None
    name = getattr(getattr(loss, "fn", None), "__name__", loss.name)
    compared = Comparison(name, output, tuple(y_true.shape), tuple(y_pred.shape))
    if len({shape[0] for shape in (compared.target, compared.predicted) if shape}) == 2:
        raise DataError(
            f"y of a batch has shape {compared.target}, but output {output!r} of the model "
            f"{compared.predicted}. Give x and y of each batch the same number of rows."
        )
    target.check_shape(compared)
    return TargetRule(position, target, compared)


def check_target_values(y: Any, rules: Iterable[TargetRule]) -> None:
    """Raise if a target holds what its loss cannot take.

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
    >>> rule = TargetRule(0, ClassNumbers(), Comparison("nll", "dense", (2,), (2, 2)))
    >>> check_target_values(np.array([0, 1]), [rule])
    """
    leaves = tree.flatten(y)
    for rule in rules:
        target = leaves[rule.position] if rule.position < len(leaves) else None
        if target is None or target.size == 0:
            continue
        name = "y" if len(leaves) == 1 else f"y for output {rule.compared.output!r}"
        rule.target.check_values(target, name, rule.compared)


def _broadcast(target: Shape, predicted: Shape) -> bool:
    """Tell whether the two broadcast sample by sample."""
    if len(predicted) == len(target) + 1 and predicted[-1] == 1:
        predicted = predicted[:-1]
    elif len(target) == len(predicted) + 1 and target[-1] == 1:
        target = target[:-1]
    return len(target) == len(predicted) and all(
        size == other or 1 in (size, other) for size, other in zip(target, predicted, strict=True)
    )


def _same_up_to_last(target: Shape, predicted: Shape) -> bool:
    """Equal, or equal but for a last axis of size 1 that one of them lacks."""
    return target == predicted or (*target, 1) == predicted or target == (*predicted, 1)


def _shown(shape: Shape) -> str:
    """Return a shape as text with its batch axis by name."""
    rest = ", ".join(map(str, shape[1:]))
    return f"(batch, {rest})" if rest else "(batch,)" if shape else "()"
