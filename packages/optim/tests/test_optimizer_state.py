"""State of optimizers: its order, memory, copies, configs."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from cornu import Input, Sequential, Variable, ops
from cornu.base import Layer, Optimizer
from cornu.errors import NotBuiltError
from cornu.plugins import registry
from cornu_optim import optimizers, schedules
from cornu_optim.optimizers import SGD, Adam, LossScaleOptimizer

CLASSES = [
    getattr(optimizers, name)
    for name in optimizers.__all__
    if name
    not in ("Optimizer", "LossScaleOptimizer", "MultiOptimizer", "OptimizerMap", "clip_norm")
]


def pair():
    made = [Variable(np.ones((2, 3), "float32"), name="kernel"), Variable(np.ones(3, "float32"))]
    made[0].path, made[1].path = "dense/kernel", "dense/bias"
    return made


def train(optimizer, weights, steps=2):
    for _ in range(steps):
        optimizer.apply([np.full(w.shape, 0.5, w.dtype) for w in weights], weights)


def test_variables_are_in_the_order_of_keras():
    optimizer = Adam(amsgrad=True, use_ema=True, name="adam")
    optimizer.build(pair())
    assert [v.path for v in optimizer.variables] == [
        "adam/iteration",
        "adam/learning_rate",
        "adam/dense_kernel_average",
        "adam/dense_bias_average",
        "adam/dense_kernel_momentum",
        "adam/dense_kernel_velocity",
        "adam/dense_bias_momentum",
        "adam/dense_bias_velocity",
        "adam/dense_kernel_velocity_hat",
        "adam/dense_bias_velocity_hat",
    ]


@pytest.mark.parametrize("make", CLASSES)
def test_state_moves_to_another_optimizer(make):
    one, other = make(), make()
    mine, yours = pair(), pair()
    train(one, mine)
    other.build(yours)
    other.set_weights(one.get_weights())
    for w, v in zip(yours, mine, strict=True):
        w.assign(v.numpy())
    train(one, mine)
    train(other, yours)
    for w, v in zip(yours, mine, strict=True):
        np.testing.assert_array_equal(w.numpy(), v.numpy())


@pytest.mark.parametrize("make", CLASSES)
def test_config_makes_an_equal_optimizer(make):
    settings = {"clipnorm": 2.0, "gradient_accumulation_steps": 4, "name": "mine"}
    config = make(learning_rate=0.25, **settings).get_config()
    assert config["learning_rate"] == 0.25
    assert make.from_config(config).get_config() == config


@pytest.mark.parametrize("make", CLASSES)
def test_a_string_finds_it(make):
    assert type(registry.get("optimizer", make.__name__)) is make
    assert type(registry.get("optimizer", make.__name__.lower())) is make


def test_config_holds_the_schedule_and_keras_2_decay():
    config = SGD(schedules.CosineDecay(0.5, 10)).get_config()
    copied = SGD.from_config(config)
    assert copied._learning_rate.get_config() == schedules.CosineDecay(0.5, 10).get_config()
    assert "decay" not in config
    assert SGD.from_config(SGD(decay=0.5).get_config()).decay == 0.5


def test_signature_names_every_option():
    names = list(__import__("inspect").signature(SGD).parameters)
    assert names[:3] == ["learning_rate", "momentum", "nesterov"]
    assert {"clipnorm", "weight_decay", "use_ema", "name"} <= set(names)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_trains_on_its_own(duplicate):
    weights = pair()
    optimizer = Adam(0.125)
    train(optimizer, weights)
    other, its_weights = duplicate((optimizer, weights))
    train(other, its_weights)
    assert int(optimizer.iterations) == 2
    assert int(other.iterations) == 4
    train(optimizer, weights)
    for one, two in zip(weights, its_weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), two.numpy())


def test_set_weights_before_build():
    with pytest.raises(NotBuiltError, match="build"):
        SGD().set_weights([])


def test_set_weights_of_another_number():
    optimizer = Adam()
    optimizer.build(pair())
    with pytest.raises(ValueError, match="6 variables, not 1"):
        optimizer.set_weights([0])


def test_store_and_load():
    optimizer, weights = Adam(0.125), pair()
    train(optimizer, weights)
    store: dict = {}
    optimizer.save_own_variables(store)
    other = Adam()
    other.build(pair())
    other.load_own_variables(store)
    for one, two in zip(optimizer.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    with pytest.warns(UserWarning, match="not loaded"):
        SGD().load_own_variables(store)


def test_weights_lie_side_by_side_and_keep_their_values():
    weights = pair()
    optimizer = Adam()
    optimizer.build(weights)
    arena = weights[0].arena
    assert arena is weights[1].arena
    np.testing.assert_array_equal(arena.numpy(), np.ones(9))
    weights[1].assign(np.zeros(3))
    np.testing.assert_array_equal(arena.numpy()[6:], np.zeros(3))


def test_two_optimizers_share_the_memory_of_the_same_weights():
    weights = pair()
    one, other = SGD(0.5), SGD(0.25)
    train(one, weights, 1)
    train(other, weights, 1)
    train(one, weights, 1)
    for w in weights:
        np.testing.assert_array_equal(w.numpy(), np.full(w.shape, 1 - 0.25 - 0.125 - 0.25))


def test_an_optimizer_leaves_what_another_has_packed():
    kernel, bias = pair()
    one, other = SGD(0.5), SGD(0.25, momentum=0.5)
    train(one, [kernel, bias], 1)
    train(other, [bias], 1)
    assert kernel.arena is bias.arena
    train(one, [kernel, bias], 1)
    np.testing.assert_array_equal(bias.numpy(), np.full(3, 1 - 0.25 - 0.125 - 0.25))


def test_memory_of_a_dropped_optimizer_is_free_again():
    kernel, bias = pair()
    one = SGD(0.5)
    train(one, [kernel, bias], 1)
    del one
    other = SGD(0.25)
    train(other, [bias], 1)
    assert bias.arena is not kernel.arena
    assert other._groups


def test_stateless_apply_changes_nothing():
    weights = pair()
    optimizer = Adam(0.125)
    optimizer.build(weights)
    grads = [np.ones(w.shape, "float32") for w in weights]
    before = [w.numpy() for w in weights] + optimizer.get_weights()
    new, state = optimizer.stateless_apply(
        optimizer.get_weights(), grads, [w.numpy() for w in weights]
    )
    after = [w.numpy() for w in weights] + optimizer.get_weights()
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)
    optimizer.apply(grads)
    for one, w in zip(new, weights, strict=True):
        np.testing.assert_array_equal(one, w.numpy())
    assert int(state[0]) == 1


def test_get_updates_of_keras_2(as_program):
    weight = Variable(np.array([3.0], "float32"))
    optimizer = SGD(0.25)
    optimizer.build([weight])

    def step(x):
        optimizer.get_updates(ops.sum(x * weight.value**2), [weight])

    as_program(step, np.ones(1, "float32"))(np.ones(1, "float32"))
    assert weight.numpy() == 1.5


@pytest.mark.parametrize("steps", [1, 3])
def test_loss_scale_grows_and_falls(steps, runner):
    weight = Variable(np.zeros(1, "float32"))
    optimizer = LossScaleOptimizer(
        SGD(1.0, momentum=0.5), initial_scale=8.0, dynamic_growth_steps=steps
    )
    optimizer.build([weight])
    step = runner(lambda g: optimizer.apply([g], [weight]), np.ones(1, "float32"))
    for _ in range(steps):
        step(np.float32([8.0]))
    assert float(optimizer.dynamic_scale) == 16.0
    kept = weight.numpy(), optimizer.get_weights()
    for bad in (np.inf, np.nan):
        step(np.float32([bad]))
    assert weight.numpy() == kept[0]
    assert int(optimizer.iterations) == steps
    assert float(optimizer.dynamic_scale) == 4.0
    assert float(optimizer.scale_loss(np.float32(1.0))) == 4.0


def test_loss_scale_refers_options_to_the_inner_optimizer():
    with pytest.raises(ValueError, match="clipnorm"):
        LossScaleOptimizer(SGD(), clipnorm=1.0)
    with pytest.raises(ValueError, match="loss_scale_factor"):
        LossScaleOptimizer(SGD(), dynamic=False)
    optimizer = LossScaleOptimizer(SGD(0.5))
    optimizer.learning_rate = 0.25
    assert float(optimizer.inner_optimizer.learning_rate) == 0.25
    copied = LossScaleOptimizer.from_config(optimizer.get_config())
    assert isinstance(copied.inner_optimizer, SGD)


def test_base_class_says_what_is_missing():
    with pytest.raises(NotImplementedError, match="update_step"):
        Optimizer().apply([np.ones(1)], [Variable(np.ones(1))])


def test_a_loss_to_scale_may_be_a_python_number():
    assert float(LossScaleOptimizer(SGD(), initial_scale=8.0).scale_loss(0.5)) == 4.0


class Linear(Layer):
    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(input_shape[-1], 2), initializer=np.ones, name="kernel"
        )
        self.bias = self.add_weight(shape=(2,), initializer=np.zeros, name="bias")

    def call(self, inputs):
        return inputs @ self.kernel + self.bias


class ByTheBook(Optimizer):
    """Momentum as Keras' documentation writes it: `build` does not ask whether it was called."""

    def __init__(self, learning_rate=0.1, beta=0.9, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.beta = beta

    def build(self, variables):
        super().build(variables)
        self.momentums = [self.add_variable_from_reference(v, "momentum") for v in variables]

    def update_step(self, gradient, variable, learning_rate):
        m = self.momentums[self._get_variable_index(variable)]
        self.assign(m, self.beta * m + gradient)
        self.assign_sub(variable, learning_rate * m)


INSIDE = {
    "alone": lambda own: own,
    "scaled": lambda own: LossScaleOptimizer(own, initial_scale=4.0),
    "several": lambda own: optimizers.MultiOptimizer(lambda variable: own),
}


@pytest.mark.parametrize("inside", INSIDE)
def test_state_made_in_build_is_made_once(inside):
    """Also where steps are traced again, as for batches of two sizes."""
    optimizer = INSIDE[inside](ByTheBook())
    model = Sequential([Input((3,)), Linear()])
    model.compile(optimizer, "mse", backend="reference")
    random = np.random.default_rng(0)
    x, y = random.normal(size=(7, 3)), random.normal(size=(7, 2))
    weights = [w.astype("float64") for w in model.get_weights()]
    momentum = [np.zeros_like(w) for w in weights]
    for size in (4, 3, 4):
        model.train_on_batch(x[:size], y[:size])
        error = 2.0 * (x[:size] @ weights[0] + weights[1] - y[:size]) / (2 * size)
        for i, gradient in enumerate((x[:size].T @ error, error.sum(axis=0))):
            momentum[i] = 0.9 * momentum[i] + gradient
            weights[i] = weights[i] - 0.1 * momentum[i]
    for made, expected in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_allclose(made, expected, rtol=1e-4, atol=1e-6)
    for one in (model, copy.deepcopy(model)):
        assert sum("momentum" in v.path for v in one.optimizer.variables) == 2
