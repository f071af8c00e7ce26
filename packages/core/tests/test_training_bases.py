"""Base classes of optimizers, losses, metrics and callbacks, as a plugin's author meets them."""

from __future__ import annotations

import inspect
from typing import ClassVar

import numpy as np
import pytest

from cornu import Variable, ops
from cornu.base import Callback, Loss, Metric, Optimizer
from cornu.base.configurable import Configurable
from cornu.base.metric import initial_value
from cornu_data.constructors import signature_parameters
from cornu_engine.program import build_program
from cornu_engine.reference_backend import ReferenceExecutable
from cornu_engine.trace import Trace
from cornu_ops.flat import FlatGroup


class Halving(Optimizer):
    """Moves weights half of their gradient, and counts in a slot of its own."""

    elementwise = True
    slots = (("steps",), "seen")
    slot_initial: ClassVar[dict[str, float]] = {"seen": 1.0}

    def __init__(self, learning_rate=0.5, twice=False, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.twice = twice

    def update_step(self, gradient, variable, learning_rate):
        self.assign_add(self.slot("steps", variable), ops.ones_like(gradient))
        self.assign_sub(variable, gradient * learning_rate * (2.0 if self.twice else 1.0))


def test_an_optimizer_of_ten_lines():
    kernel, bias = Variable(np.ones((2, 2), "float32")), Variable(np.zeros(2, "float32"))
    optimizer = Halving()
    optimizer.build([kernel, bias])
    with Trace("train") as trace:
        x = trace.input("x", (2, 2), "float32")
        optimizer.apply([x, ops.sum(x, axis=0)], [kernel, bias])
    run = ReferenceExecutable(build_program("train", trace, []))
    for _ in range(3):
        run(np.ones((2, 2), "float32"))
    np.testing.assert_array_equal(kernel.numpy(), np.full((2, 2), -0.5))
    np.testing.assert_array_equal(bias.numpy(), [-3.0, -3.0])
    np.testing.assert_array_equal(optimizer.slot("steps", bias).numpy(), [3.0, 3.0])
    np.testing.assert_array_equal(optimizer.slot("seen", bias).numpy(), [1.0, 1.0])
    assert int(optimizer.iterations) == 3


def test_its_config_and_signature_come_from_its_constructor():
    optimizer = Halving(0.25, twice=True, clipnorm=1.0, name="halving")
    config = optimizer.get_config()
    assert config["learning_rate"] == 0.25
    assert (config["twice"], config["clipnorm"], config["name"]) == (True, 1.0, "halving")
    assert Halving.from_config(config).get_config() == config
    assert list(inspect.signature(Halving).parameters)[:2] == ["learning_rate", "twice"]


def test_members_of_a_flat_group_are_views():
    one, two = Variable(np.ones((2, 2))), Variable(np.zeros(3))
    group = FlatGroup([one, two], {}, Halving())
    flat = group.flatten([np.full((2, 2), 5.0), np.full(3, 7.0)])
    np.testing.assert_array_equal(flat, [5.0] * 4 + [7.0] * 3)
    group.arena.assign(flat)
    np.testing.assert_array_equal(two.numpy(), [7.0] * 3)
    assert [x.shape for x in group.split(flat)] == [(2, 2), (3,)]
    assert group.intact()


def test_programs_of_memory_that_weights_have_left_are_stale():
    weight, other = Variable(np.ones(2)), Variable(np.ones(2))
    first = FlatGroup([weight, other], {}, Halving())
    assert not first.arena.deserted
    FlatGroup([weight], {}, Halving())
    assert first.arena.deserted
    assert not first.intact()


def test_a_loss_weighs_and_reduces():
    class Difference(Loss):
        def call(self, y_true, y_pred):
            return ops.mean(y_pred - y_true, axis=-1)

    loss = Difference()
    assert loss.name == "difference" or loss.name.startswith("difference_")
    assert float(loss([[1.0]], [[4.0]])) == 3.0
    assert float(loss([[1.0], [1.0]], [[4.0], [9.0]], sample_weight=[1.0, 0.0])) == 1.5


def test_a_metric_accumulates_inside_a_program():
    class Count(Metric):
        def __init__(self, name="count", dtype=None):
            super().__init__(name=name, dtype=dtype)
            self.count = self.add_variable((), "zeros", name="count")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.count.assign_add(ops.sum(ops.cast(ops.greater(y_pred, y_true), "float32")))

        def result(self):
            return self.count.value

    metric = Count()
    with Trace("test") as trace:
        x = trace.input("x", (3,), "float32")
        metric.update_state(0.0, x)
    run = ReferenceExecutable(build_program("test", trace, []))
    run(np.float32([1, -1, 2]))
    run(np.float32([1, -1, -2]))
    assert float(metric.result()) == 3.0
    assert Count.from_config(metric.get_config()).name == "count"


@pytest.mark.parametrize(
    ("initializer", "expected"),
    [(None, 0.0), ("zeros", 0.0), (2.5, 2.5), (lambda shape, dtype: np.full(shape, 4.0), 4.0)],
)
def test_first_values(initializer, expected):
    found = initial_value(initializer, (2,), "float32")
    np.testing.assert_array_equal(found, [expected, expected])


def test_a_callback_is_called_where_it_says_something():
    class Quiet(Callback): ...

    class Busy(Callback):
        def on_batch_end(self, batch, logs=None): ...

    hooks = [name for name in vars(Callback) if name.startswith("on_")]
    assert len(hooks) == 16
    assert [h for h in hooks if Quiet().overrides(h)] == []
    assert [h for h in hooks if Busy().overrides(h)] == ["on_batch_end", "on_train_batch_end"]


def test_what_is_not_stored_cannot_be_configured():
    class Forgetful(Configurable):
        def __init__(self, units): ...

    with pytest.raises(AttributeError, match=r"`units`.*`self.units`"):
        Forgetful(3).get_config()


def test_arguments_passed_on_are_arguments():
    class Base:
        def __init__(self, name=None, dtype="float32"): ...

    class Derived(Base):
        def __init__(self, units, name="derived", **kwargs): ...

    found = signature_parameters(Derived)
    assert list(found) == ["units", "name", "dtype"]
    assert found["name"].default == "derived"
