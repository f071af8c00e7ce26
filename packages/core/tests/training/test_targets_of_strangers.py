"""A loss of anyone's says what targets it takes; training goes by that alone."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import ops
from cornu.base.loss import Loss, LossFunctionWrapper
from cornu.errors import DataError
from cornu.plugins import hookimpl, registry
from cornu.training.compiled_losses import CompiledLosses
from cornu.training.compiled_metrics import CompiledMetrics
from cornu_ops.targets import (
    ClassNumbers,
    OneHot,
    SameShape,
    Target,
    check_target_values,
    rule_for,
    takes,
)


def quiet(y_true, y_pred):
    return ops.mean(y_pred * 1.0, axis=-1)


def saying(target):
    """A function of its own each time, as `takes` writes on it."""

    @takes(target)
    def stranger(y_true, y_pred, axis=-1, ignore_class=None):
        return quiet(y_true, y_pred)

    return stranger


class Quiet(Loss):
    """A class that says it; with values per position where classes lie elsewhere."""

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis
        self.target = ClassNumbers(axis=axis)

    def call(self, y_true, y_pred):
        return quiet(y_true, y_pred)


NUMBERS = np.array([0, 1, 3])  # of two classes
CASES = {
    # loss, shape of the output, y, what is said
    "silent": (quiet, (3, 2), NUMBERS, None),
    "anything": (saying(Target()), (3, 2), NUMBERS, None),
    "numbers": (saying(ClassNumbers()), (3, 4), NUMBERS, None),
    "too large": (saying(ClassNumbers()), (3, 2), NUMBERS, r"class 3 \(at y\[2\]\).*stranger"),
    "a class": (Quiet(), (3, 2), NUMBERS, "holds class 3.*quiet takes"),
    "a class, elsewhere": (Quiet(axis=1), (3, 2, 5), np.full((3, 5), 2), "holds class 2"),
    "ignored": (
        LossFunctionWrapper(saying(ClassNumbers()), ignore_class=3), (3, 2), NUMBERS, None,
    ),
    "one-hot": (
        saying(ClassNumbers(instead="loss='other'")), (3, 2), np.eye(3)[:, :2],
        r"If y is one-hot, use loss='other', or pass y.argmax",
    ),
    "one-hot, nobody else": (
        saying(ClassNumbers()), (3, 2), np.eye(3)[:, :2], r"If y is one-hot, pass y.argmax",
    ),
    "numbers for one-hot": (
        saying(OneHot(instead="loss='other'")), (3, 4), NUMBERS,
        r"use loss='other', or pass cornu.utils.to_categorical\(y, 4\)",
    ),
    "broadcast": (saying(SameShape(broadcast=False)), (3, 2), np.ones((3, 1)), "units as a target"),
    "rows": (saying(SameShape()), (3, 2), np.ones((2, 2)), "same number of rows"),
    "one row": (saying(SameShape()), (3, 2), np.ones((1, 2)), "same number of rows"),
    "labels": (saying(ClassNumbers()), (3, 2), np.ones((4,)), "same number of rows"),
    "nan": (saying(SameShape()), (2, 1), np.array([[1.0], [np.nan]]), "NaN in 1 of 2"),
    "nan, silent": (quiet, (2, 1), np.array([[1.0], [np.nan]]), None),
}  # fmt: skip


@pytest.mark.parametrize(("loss", "shape", "y", "text"), CASES.values(), ids=CASES)
def test_what_a_loss_says_is_checked(loss, shape, y, text):
    if not isinstance(loss, Loss):
        loss = LossFunctionWrapper(loss)

    def check():
        rule = rule_for(loss, "kind", 0, y, np.zeros(shape, "float32"))
        check_target_values(y, [] if rule is None else [rule])

    if text is None:
        check()
    else:
        with pytest.raises(DataError, match=text):
            check()


class Between(Target):
    """A target of a stranger's own kind."""

    def check_values(self, values, name, compared):
        if values.min() < 0:
            raise DataError(f"{name} is below what {compared.loss} takes.")


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_fit_asks_a_target_of_the_strangers_own(parts, run_eagerly):
    model = cornu.Sequential([cornu.Input((2,)), _Double()])
    model.compile(parts.SGD(), loss=saying(Between()), run_eagerly=run_eagerly)
    x = np.ones((4, 2), "float32")
    model.evaluate(x, np.ones((4, 2)), verbose=0)
    with pytest.raises(DataError, match="y is below what stranger takes"):
        model.evaluate(x, -np.ones((4, 2)), verbose=0)


class _Double(cornu.Layer):
    def call(self, inputs):
        return inputs * 2.0


def test_whole_numbers_stay_whole():
    kinds = []

    @takes(Target(integer=True))
    def look(y_true, y_pred):
        kinds.append(y_true.dtype.kind)
        return quiet(y_true, y_pred)

    LossFunctionWrapper(look)(np.array([1 << 24 | 1]), np.zeros((1, 1), "float32"))
    assert kinds == ["i"]


def test_a_loss_may_have_an_attribute_of_that_name_for_itself():
    class Towards(Loss):
        def __init__(self, target=0.5):
            super().__init__()
            self.target = target

        def call(self, y_true, y_pred):
            return ops.mean((y_pred - self.target) ** 2, axis=-1)

    assert rule_for(Towards(), "kind", 0, NUMBERS, np.zeros((3, 2))) is None
    assert float(Towards()(np.zeros((1, 1)), np.ones((1, 1)))) == 0.25


def first(y_true, y_pred):
    return quiet(y_true, y_pred)


def second(y_true, y_pred):
    return quiet(y_true, y_pred) + 1.0


def either(y_true, y_pred):
    raise AssertionError("the targets choose")


either.by_targets = {"binary": "first", "sparse": "second", "one_hot": "second"}


class _Strangers:
    @hookimpl
    def cornu_losses(self):
        return [first, second, either, ("any", either)]

    @hookimpl
    def cornu_metrics(self):
        return [first, second, either, ("any", either)]


@pytest.mark.parametrize("name", ["either", "any", "Either"])
@pytest.mark.parametrize(("units", "expected"), [(1, 1.0), (3, 2.0)])
def test_a_name_of_anyones_may_mean_what_the_targets_choose(name, units, expected):
    plugin = _Strangers()
    registry.register(plugin, name="strangers")
    try:
        losses = CompiledLosses(name)
        metrics = CompiledMetrics([name])
        y, predicted = np.zeros((2, 1)), np.ones((2, units), "float32")
        assert float(losses(y, predicted)) == expected
        metrics.update_state(y, predicted)
        assert {key: float(value) for key, value in metrics.result().items()} == {name: expected}
    finally:
        registry.unregister(plugin)
