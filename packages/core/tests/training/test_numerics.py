"""Where NaN and infinity are said to come from."""

import numpy as np
import pytest

from cornu import ops
from cornu.base import Callback, Layer
from cornu.errors import NumericsError
from cornu_engine.graph import constant
from cornu_engine.program import build_program
from cornu_engine.trace import Trace
from cornu_ops.numerics import replay


class Apply(Layer):
    """A function as a layer."""

    def __init__(self, function, **kwargs):
        super().__init__(**kwargs)
        self.function = function

    def call(self, x):
        return self.function(x)


def norm(x):
    return ops.sqrt(ops.sum(x * x, axis=-1, keepdims=True))


def zeros(x):
    return x * 0.0


# function, its input, what the origin says
CASES = {
    "log of 0": (lambda x: ops.sum(ops.log(x)), [1.0, 0.0], "log made infinity, shape (2,)"),
    "log of less": (lambda x: ops.log(x) * 2.0, [1.0, -1.0], "log made NaN, shape (2,)"),
    "the first": (lambda x: ops.exp(ops.log(x)) / zeros(x), [2.0, 1.0], "div made infinity"),
    "overflow": (lambda x: ops.sum(ops.exp(x * 100.0)), [1.0, 0.0], "exp made infinity"),
    "given": (lambda x: x + 1.0, [np.nan, 0.0], "the input 'x' holds NaN, shape (2,)"),
    "masked": (
        lambda x: ops.exp(ops.where(x > 0, x, -np.inf)) + ops.log(x),
        [1.0, 0.0],
        "log made infinity",
    ),
    "fine": (lambda x: ops.exp(ops.where(x > 0, x, -np.inf)), [1.0, 0.0], "None"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_first_operation_is_named(case):
    function, value, words = CASES[case]
    with Trace("step") as trace:
        result = function(trace.input("x", (2,), "float32"))
    origin = replay(build_program("step", trace, [result]), [np.float32(value)], {})
    assert str(origin).startswith(words)


def test_an_infinity_that_leads_nowhere_is_passed_over():
    with Trace("step") as trace:
        x = trace.input("x", (2,), "float32")
        harmless = ops.exp(-ops.exp(x * 1000.0))  # exp(-inf) = 0
        result = harmless + ops.sqrt(x - constant(np.float32(3.0)))
    origin = replay(build_program("step", trace, [result]), [np.float32([1, 1])], {})
    assert (origin.operation, origin.value) == ("sqrt", "NaN")


@pytest.fixture
def model(parts):
    """Return a function that makes a model with a function in the middle."""

    def make(function, eager=False, rate=0.1):
        layers = [parts.Dense(3, name="first"), Apply(function, name="odd"), parts.Dense(1)]
        made = parts.Sequential(layers, name="net")
        made.build((None, 2))
        made.compile(
            parts.SGD(rate),
            parts.mse,
            backend=parts.backend,
            run_eagerly=eager,
            check_numerics=True,
        )
        return made

    return make


@pytest.mark.parametrize("eager", [False, True])
def test_a_checked_step_changes_nothing(model, points, eager):
    x, y = points
    made = model(lambda v: ops.log(v), eager)
    before = made.get_weights()
    with pytest.raises(NumericsError, match=r"A train step.*log in 'net/odd' made NaN") as caught:
        made.fit(x, y, verbose=0)
    assert isinstance(caught.value, FloatingPointError)
    for weight, expected in zip(made.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, expected)
    with pytest.raises(NumericsError, match="A test step"):
        made.evaluate(x, y, verbose=0)
    for rows in (x, x[:3], x[:3]):  # the shortest way is checked too
        with pytest.raises(NumericsError, match="A predict step"):
            made.predict(rows, verbose=0)


@pytest.mark.parametrize("eager", [False, True])
def test_gradients_are_checked(model, points, eager):
    x, y = points
    made = model(norm, eager)
    assert np.isfinite(made.evaluate(np.zeros_like(x), y, verbose=0))
    with pytest.raises(NumericsError, match=r"in the gradient of 'net/odd'|in 'net/odd'"):
        made.fit(np.zeros_like(x), y, verbose=0)  # sqrt has no slope at 0


def test_a_weight_that_was_bad_before_is_named(line, parts, points):
    line.compile(parts.SGD(), parts.mse, backend=parts.backend, check_numerics=True)
    line.set_weights([np.float32([[1.0], [np.nan]]), np.float32([0.0])])
    with pytest.raises(
        NumericsError, match=r"the weight '.*/kernel' held NaN before, shape \(2, 1\)"
    ):
        line.fit(*points, verbose=0)


def test_checks_cost_nothing_where_all_is_well(model, parts, points):
    losses = []
    for check in (False, True):
        made = model(ops.tanh)
        made.set_weights([np.full(w.shape, 0.1, w.dtype) for w in made.get_weights()])
        made.compile(parts.SGD(), parts.mse, backend=parts.backend, check_numerics=check)
        losses.append(made.fit(*points, shuffle=False, epochs=2, verbose=0).history["loss"])
    assert losses[0] == losses[1]
    assert "check_numerics" not in made.get_compile_config()  # Keras would not know it


def test_a_run_knows_the_step_that_was_run(line, points):
    class Look(Callback):
        def on_train_batch_end(self, batch, logs=None):
            run = self.model.training_run
            self.rows = (run.step, run.bound.buffers[0].copy())

    look = Look()
    line.fit(*points, batch_size=20, shuffle=False, verbose=0, callbacks=[look])
    assert look.rows[0] == 3
    np.testing.assert_array_equal(look.rows[1], points[0][40:])
