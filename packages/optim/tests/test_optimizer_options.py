"""What all optimizers share: clipping, decay, averaging, accumulation, learning rates."""

from __future__ import annotations

import inspect
import warnings

import numpy as np
import pytest

from cornu import ops
from cornu.base import Optimizer
from cornu.errors import NotBuiltError
from cornu_engine.variable import Variable
from cornu_optim import optimizers
from cornu_optim.optimizers import SGD, Adam, RMSprop, clip_norm
from cornu_optim.schedules import ExponentialDecay


def weights_of(*values, names=()):
    made = [Variable(np.asarray(v, "float64")) for v in values]
    for variable, name in zip(made, names, strict=False):
        variable.name = name
    return made


def run(optimizer, weights, grads, runner):
    optimizer.build(weights)
    step = runner(lambda *g: optimizer.apply(g, weights), *grads[0])
    for g in grads:
        step(*g)
    return [w.numpy() for w in weights]


G = [[np.array([3.0, 4.0]), np.array([12.0])]]


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ({"clipnorm": 1.0}, ([-0.6, -0.8], [-1.0])),
        ({"clipnorm": 6.0}, ([-3.0, -4.0], [-6.0])),
        ({"clipvalue": 3.5}, ([-3.0, -3.5], [-3.5])),
        ({"global_clipnorm": 6.5}, ([-1.5, -2.0], [-6.0])),
        ({"global_clipnorm": 100.0}, ([-3.0, -4.0], [-12.0])),
        ({"loss_scale_factor": 4.0}, ([-0.75, -1.0], [-3.0])),
    ],
)
def test_gradients_are_limited(option, expected, runner):
    found = run(SGD(1.0, **option), weights_of([0.0, 0.0], [0.0]), G, runner)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_clip_norm_of_keras_2():
    g = np.array([3.0, 4.0])
    np.testing.assert_allclose(clip_norm(g, 1.0, 5.0), [0.6, 0.8])
    np.testing.assert_array_equal(clip_norm(g, 6.0, 5.0), g)
    np.testing.assert_array_equal(clip_norm(g, 0.0, 5.0), g)


def test_one_way_of_clipping_only():
    with pytest.raises(ValueError, match=r"clipnorm=1.0, clipvalue=2.0"):
        SGD(clipnorm=1.0, clipvalue=2.0)


def test_weight_decay_spares_what_is_excluded(runner):
    weights = weights_of([8.0, 8.0], [8.0], names=("kernel", "bias"))
    optimizer = SGD(0.5, weight_decay=0.25)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    zero = [[np.zeros(2), np.zeros(1)]]
    kernel, bias = run(optimizer, weights, zero, runner)
    np.testing.assert_array_equal(kernel, [7.0, 7.0])
    np.testing.assert_array_equal(bias, [8.0])
    with pytest.raises(ValueError, match="before the optimizer is built"):
        optimizer.exclude_from_weight_decay(weights)


def test_accumulation_is_one_step_of_the_mean(runner):
    grads = [[np.array([float(i)]), np.array([1.0, -float(i)])] for i in range(6)]
    found = run(
        Adam(0.125, gradient_accumulation_steps=3), weights_of([1.0], [1.0, 2.0]), grads, runner
    )
    means = [
        [np.mean([g[i] for g in part], axis=0) for i in (0, 1)] for part in (grads[:3], grads[3:])
    ]
    expected = run(Adam(0.125), weights_of([1.0], [1.0, 2.0]), means, runner)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9)


def test_nothing_moves_until_accumulation_is_due(runner):
    optimizer = SGD(1.0, momentum=0.5, gradient_accumulation_steps=2)
    weights = weights_of([1.0])
    run(optimizer, weights, [[np.array([4.0])]], runner)
    assert weights[0].numpy() == 1.0
    assert float(optimizer.slot("momentum", weights[0]).numpy()[0]) == 0.0
    assert int(optimizer.iterations) == 0


def test_moving_average(runner):
    optimizer = SGD(1.0, use_ema=True, ema_momentum=0.75)
    weights = weights_of([8.0])
    run(optimizer, weights, [[np.array([4.0])], [np.array([2.0])]], runner)
    assert weights[0].numpy() == 2.0
    optimizer.finalize_variable_values(weights)
    assert weights[0].numpy() == 0.75 * 4.0 + 0.25 * 2.0


def test_moving_average_takes_over_every_so_many_steps(runner):
    optimizer = SGD(1.0, use_ema=True, ema_momentum=0.75, ema_overwrite_frequency=2)
    weights = weights_of([8.0])
    run(optimizer, weights, [[np.array([4.0])], [np.array([2.0])]], runner)
    assert weights[0].numpy() == 3.5


def test_constraints_hold_after_the_update(runner):
    weights = weights_of([1.0, 1.0], [5.0])
    weights[0].constraint = lambda w: ops.maximum(w, 0.0)
    grads = [[np.array([3.0, 0.5]), np.array([7.0])]]
    bounded, free = run(SGD(1.0), weights, grads, runner)
    np.testing.assert_array_equal(bounded, [0.0, 0.5])
    np.testing.assert_array_equal(free, [-2.0])


def test_keras_2_decay(runner):
    weights = weights_of([0.0])
    run(SGD(lr=1.0, decay=1.0), weights, [[np.array([1.0])]] * 3, runner)
    np.testing.assert_allclose(weights[0].numpy(), [-(1 + 1 / 2 + 1 / 3)])


def test_learning_rate_is_state_of_the_step(as_program):
    optimizer, weights = SGD(1.0), weights_of([0.0])
    optimizer.build(weights)
    step = as_program(lambda g: optimizer.apply([g], weights), np.ones(1))
    step(np.ones(1))
    optimizer.learning_rate = 0.5
    step(np.ones(1))
    optimizer.lr = 0.25
    step(np.ones(1))
    assert weights[0].numpy() == -1.75
    assert float(optimizer.lr) == 0.25


def test_schedule_follows_iterations(runner):
    optimizer = SGD(ExponentialDecay(1.0, decay_steps=1, decay_rate=0.5))
    weights = weights_of([0.0])
    run(optimizer, weights, [[np.ones(1)]] * 3, runner)
    assert weights[0].numpy() == -1.75
    assert float(optimizer.learning_rate) == 0.125


def test_a_scheduled_rate_is_not_set_by_a_number():
    optimizer = SGD(ExponentialDecay(1.0, 1, 0.5))
    with pytest.raises(TypeError, match="ExponentialDecay"):
        optimizer.learning_rate = 0.1
    revision = optimizer.revision
    optimizer.learning_rate = ExponentialDecay(0.5, 1, 0.5)
    assert optimizer.revision > revision


@pytest.mark.parametrize(
    "rate", [lambda: 0.25, lambda step: 0.25 + 0.0 * ops.cast(step, "float32")]
)
def test_callable_rates(rate, runner):
    weights = weights_of([0.0])
    run(SGD(rate), weights, [[np.ones(1)]], runner)
    assert weights[0].numpy() == -0.25


def test_setting_a_hyperparameter_asks_for_a_new_trace():
    optimizer, weights = SGD(1.0, momentum=0.5), weights_of([0.0])
    optimizer.build(weights)
    before = optimizer.revision
    optimizer.momentum = 0.25
    assert optimizer.revision == before + 1
    optimizer.learning_rate = 0.1  # a variable: the program reads it
    assert optimizer.revision == before + 1


@pytest.mark.parametrize("rate", ["0.1", True, [0.1, 0.2]])
def test_rates_that_are_none(rate):
    with pytest.raises(ValueError, match="learning_rate"):
        SGD(rate)


def test_unknown_argument_is_named():
    with pytest.raises(ValueError, match=r"'momentun'.*'momentum'"):
        SGD(momentun=0.9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"use_ema": True, "ema_momentum": 2.0}, "ema_momentum"),
        ({"use_ema": True, "ema_overwrite_frequency": -1}, "ema_overwrite_frequency"),
        ({"gradient_accumulation_steps": 1}, "gradient_accumulation_steps"),
    ],
)
def test_options_out_of_range(options, message):
    with pytest.raises(ValueError, match=message):
        SGD(**options)


def test_weights_without_gradient_stay():
    weights = weights_of([1.0], [1.0], names=("used", "idle"))
    with pytest.warns(UserWarning, match="does not depend on"):
        SGD(1.0).apply([np.ones(1), None], weights)
    assert weights[0].numpy() == 0.0
    assert weights[1].numpy() == 1.0


def test_no_gradient_at_all():
    with pytest.raises(ValueError, match="none of the weights"):
        SGD().apply([None], weights_of([1.0]))


def test_a_part_of_the_weights():
    first, second = weights_of([1.0], [1.0])
    optimizer = SGD(1.0, momentum=0.5)
    optimizer.build([first, second])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.apply([np.ones(1)], [second])
    assert (first.numpy(), second.numpy()) == (1.0, 0.0)


def test_weights_it_was_not_built_for():
    optimizer = SGD()
    optimizer.build(weights_of([1.0]))
    with pytest.raises(ValueError, match="built for other weights"):
        optimizer.apply([np.ones(1)], weights_of([1.0]))


def test_gradients_alone_need_a_built_optimizer():
    with pytest.raises(NotBuiltError, match="build"):
        SGD().apply([np.ones(1)])


def test_rule_of_a_subclass_is_not_taken_for_elementwise():
    class Halved(SGD):
        def update_step(self, gradient, variable, learning_rate):
            assert variable.shape in ((2,), (1,))
            self.assign(variable, variable / 2)

    found = run(Halved(), weights_of([2.0, 4.0], [6.0]), G, lambda f, *_: f)
    np.testing.assert_array_equal(np.concatenate(found), [1.0, 2.0, 3.0])


def test_keras_3_style_of_subclass(runner):
    class Heavy(Optimizer):
        def __init__(self, learning_rate=0.5, mass=0.5, **kwargs):
            super().__init__(learning_rate=learning_rate, **kwargs)
            self.mass = mass

        def build(self, variables):
            if self.built:
                return
            super().build(variables)
            self.momentums = self.add_optimizer_variables(variables, "momentum")

        def update_step(self, gradient, variable, learning_rate):
            m = self.momentums[self._get_variable_index(variable)]
            self.assign(m, ops.subtract(ops.multiply(m, self.mass), gradient * learning_rate))
            self.assign_add(variable, m)

    grads = [[np.ones(2), np.ones(1)]] * 3
    mine = run(Heavy(), weights_of([1.0, 2.0], [3.0]), grads, runner)
    ours = run(SGD(0.5, momentum=0.5), weights_of([1.0, 2.0], [3.0]), grads, runner)
    for one, other in zip(mine, ours, strict=True):
        np.testing.assert_array_equal(one, other)
    assert Heavy.from_config(Heavy(mass=0.25).get_config()).mass == 0.25


def test_float16_and_float32_side_by_side(runner):
    weights = [Variable(np.ones(2, "float16")), Variable(np.ones(3, "float32"))]
    grads = [[np.ones(2, "float16"), np.ones(3, "float32")]]
    half, single = run(RMSprop(0.125, rho=0.5, epsilon=0.5), weights, grads, runner)
    assert (half.dtype, single.dtype) == ("float16", "float32")
    np.testing.assert_allclose(half, single[:2], rtol=1e-3)


KINDS = [getattr(optimizers, name) for name in dir(optimizers)]


@pytest.mark.parametrize(
    "kind",
    [k for k in KINDS if inspect.isclass(k) and issubclass(k, Optimizer) and k is not Optimizer],
)
def test_text_where_a_number_is_meant_is_named(kind):
    for parameter in inspect.signature(kind).parameters.values():
        if type(parameter.default) is float and kind.__name__ != "LossScaleOptimizer":
            with pytest.raises(ValueError, match=f"{parameter.name}`? must be a number"):
                kind(**{parameter.name: str(parameter.default)})
