"""Optimizers and the callbacks that steer them, as Keras 2.3 has them."""

from __future__ import annotations

import importlib
import types

import cornu.compat.keras2 as keras
import numpy as np
import pytest
from cornu.compat.keras2 import backend as K
from cornu.compat.keras2 import optimizers

X = np.random.default_rng(0).random((8, 3), "float32")
Y = np.random.default_rng(1).random((8, 2), "float32")

# What `get_config` of Keras 2.3.1 returns.
WORDS = {
    "SGD": "learning_rate momentum decay nesterov",
    "RMSprop": "learning_rate rho decay epsilon",
    "Adagrad": "learning_rate decay epsilon",
    "Adadelta": "learning_rate rho decay epsilon",
    "Adam": "learning_rate beta_1 beta_2 decay epsilon amsgrad",
    "Adamax": "learning_rate beta_1 beta_2 decay epsilon",
}


def line(**layer):
    return keras.Sequential([keras.layers.Dense(2, input_shape=(3,), **layer)])


@pytest.mark.parametrize("name", WORDS)
def test_an_optimizer_speaks_the_words_of_2_3(name):
    words = optimizers.serialize(getattr(optimizers, name)())
    assert words["class_name"] == name
    assert set(words["config"]) == set(WORDS[name].split())
    clipped = getattr(optimizers, name)(clipnorm=1.0).get_config()
    assert clipped["clipnorm"] == 1.0


@pytest.mark.parametrize("name", [*WORDS, "Nadam"])
def test_what_was_serialized_is_read_by_a_name_in_any_case(name):
    optimizer = getattr(optimizers, name)(lr=0.25, clipvalue=0.5)
    config = optimizers.serialize(optimizer)
    again = optimizers.deserialize(config)
    assert config["class_name"] == name.lower()
    assert again.get_config() == optimizer.get_config()
    assert K.get_value(again.lr) == 0.25


def test_the_rate_is_read_and_set_by_its_old_name():
    model = line()
    model.compile(optimizers.SGD(lr=0.5, decay=0.25), "mse")
    K.set_value(model.optimizer.lr, 0.125)
    assert K.get_value(model.optimizer.lr) == 0.125
    assert K.get_value(model.optimizer.decay) == 0.25


def test_updates_of_a_symbolic_loss_are_what_a_function_does():
    model = line(use_bias=False)
    target = K.placeholder(shape=(None, 2))
    loss = K.mean(K.square(model.output - target))
    updates = optimizers.SGD(lr=0.5).get_updates(loss, model.trainable_weights)
    step = K.function([model.input, target], [loss], updates=updates)
    (before,) = model.get_weights()
    (value,) = step([X, Y])
    error = X @ before - Y
    np.testing.assert_allclose(value, np.mean(error**2), rtol=1e-5)
    slope = X.T @ (2 * error) / error.size
    np.testing.assert_allclose(model.get_weights()[0], before - 0.5 * slope, rtol=1e-4, atol=1e-6)


def test_gradients_are_asked_of_an_optimizer():
    model = line(use_bias=False)
    loss = K.mean(K.square(model.output))
    slopes = optimizers.SGD().get_gradients(loss, model.trainable_weights)
    (found,) = K.function([model.input], slopes)([X])
    error = X @ model.get_weights()[0]
    np.testing.assert_allclose(found, X.T @ (2 * error) / error.size, rtol=1e-4, atol=1e-6)


def test_adagrad_begins_at_zero():
    model = line(use_bias=False, kernel_initializer="zeros")
    model.compile(optimizers.Adagrad(lr=0.5), "mse")
    model.train_on_batch(X, Y)  # the first step of each weight is as long as the rate
    np.testing.assert_allclose(np.abs(model.get_weights()[0]), 0.5, rtol=1e-4)


def test_one_optimizer_trains_several_models():
    """As scripts of GANs have it: each model its own slots, one rate and one count of steps."""
    optimizer = optimizers.Adam(lr=0.1)
    models = [line(), line()]
    alone = [line(), line()]
    for model, other in zip(models, alone, strict=True):
        other.set_weights(model.get_weights())
        model.compile(optimizer, "mse")
    models[0].train_on_batch(X, Y)
    models[1].train_on_batch(X, Y)
    assert int(K.get_value(optimizer.iterations)) == 2
    K.set_value(optimizer.lr, 0.0)
    kept = [m.get_weights() for m in models]
    for model, weights in zip(models, kept, strict=True):
        model.train_on_batch(X, Y)
        for one, two in zip(model.get_weights(), weights, strict=True):
            np.testing.assert_array_equal(one, two)
    alone[0].compile(optimizers.Adam(lr=0.1), "mse")
    alone[0].train_on_batch(X, Y)
    for one, two in zip(alone[0].get_weights(), kept[0], strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-5)


@pytest.mark.parametrize("dialect", ["keras2", "tfkeras"])
def test_a_gan_is_compiled_with_one_optimizer(dialect):
    module = importlib.import_module(f"cornu.compat.{dialect}")
    optimizer = module.optimizers.Adam(0.01)
    judge = module.Sequential([module.layers.Dense(1, input_shape=(2,))])
    judge.compile(optimizer=optimizer, loss="mse")
    maker = module.Sequential([module.layers.Dense(2, input_shape=(3,))])
    judge.trainable = False
    noise = module.Input(shape=(3,))
    both = module.Model(noise, judge(maker(noise)))
    both.compile(optimizer=optimizer, loss="mse")
    kept = judge.get_weights()
    both.train_on_batch(X, Y[:, :1])
    for one, two in zip(judge.get_weights(), kept, strict=True):
        np.testing.assert_array_equal(one, two)
    assert both.optimizer.learning_rate is optimizer.learning_rate


def test_a_model_is_compiled_again_with_its_optimizer_for_other_weights():
    optimizer = optimizers.SGD(lr=0.1, momentum=0.9)
    model = keras.Sequential(
        [keras.layers.Dense(3, input_shape=(3,)), keras.layers.Dense(2, name="top")]
    )
    model.layers[0].trainable = False
    model.compile(optimizer, "mse")
    model.train_on_batch(X, Y)
    model.layers[0].trainable = True
    model.compile(optimizer, "mse")
    frozen = model.layers[0].get_weights()[0]
    model.train_on_batch(X, Y)
    assert (model.layers[0].get_weights()[0] != frozen).any()


class Accelerated(optimizers.Optimizer):
    """As repositories wrote their own: slots made in `get_updates`, updates as a list."""

    def __init__(self, lr=0.1, rho=0.5, **kwargs):
        super().__init__(**kwargs)
        with K.name_scope(type(self).__name__):
            self.iterations = K.variable(0, dtype="int64", name="iterations")
            self.lr = K.variable(lr, name="lr")
        self.rho = rho

    def get_updates(self, loss, params):
        grads = self.get_gradients(loss, params)
        self.updates = [K.update_add(self.iterations, 1)]
        step = K.cast(self.iterations, K.floatx()) + 1
        sums = [K.zeros(K.int_shape(p), dtype=K.dtype(p)) for p in params]
        self.weights = [self.iterations, *sums]
        for p, g, s in zip(params, grads, sums, strict=True):
            new_s = self.rho * s + g
            self.updates.append(K.update(s, new_s))
            self.updates.append(K.update(p, p - self.lr * step * new_s))
        return self.updates

    def get_config(self):
        own = {"lr": float(K.get_value(self.lr)), "rho": self.rho}
        return {**super().get_config(), **own}


@pytest.mark.parametrize("clip", [{}, {"clipvalue": 0.05}, {"clipnorm": 0.1}])
def test_a_rule_of_the_users_own_is_a_list_of_updates(clip):
    model = line(use_bias=False)
    model.compile(Accelerated(lr=0.1, **clip), "mse")
    w = model.get_weights()[0].astype("float64")
    total = np.zeros_like(w)
    for step in range(1, 4):
        size = 8 - step  # another program for each
        x, y = X[:size], Y[:size]
        model.train_on_batch(x, y)
        slope = x.T @ (2 * (x @ w - y)) / y.size
        if "clipvalue" in clip:
            slope = slope.clip(-0.05, 0.05)
        if "clipnorm" in clip:
            slope *= min(1.0, 0.1 / np.linalg.norm(slope))
        total = 0.5 * total + slope
        w -= 0.1 * step * total
        np.testing.assert_allclose(model.get_weights()[0], w, rtol=1e-4, atol=1e-6)
    assert int(K.get_value(model.optimizer.iterations)) == 3
    assert model.optimizer.get_config() == {
        "lr": pytest.approx(0.1),
        "rho": 0.5,
        **clip,
    }


# Callbacks


def run(callback, key, values):
    """Return how many epochs are trained when a metric has these values."""
    callback.set_model(types.SimpleNamespace(stop_training=False, get_weights=list))
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        callback.on_epoch_end(epoch, {key: value})
        if callback.model.stop_training:
            return epoch + 1
    return len(values)


@pytest.mark.parametrize(
    ("values", "epochs"), [([0.55, 0.76, 0.81, 0.81], 4), ([0.55, 0.74, 0.81, 0.81], 2)]
)
def test_early_stopping_has_to_beat_its_baseline(values, epochs):
    callback = keras.callbacks.EarlyStopping("val_acc", baseline=0.75, patience=2)
    assert run(callback, "val_acc", values) == epochs


def test_the_best_weights_are_restored_where_training_stops():
    weights = []
    callback = keras.callbacks.EarlyStopping("val_loss", patience=1, restore_best_weights=True)
    model = types.SimpleNamespace(stop_training=False, set_weights=weights.append)
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, loss in enumerate([0.3, 0.1, 0.2]):
        model.get_weights = lambda epoch=epoch: epoch
        callback.on_epoch_end(epoch, {"val_loss": loss})
    callback.on_train_end()
    assert weights == [1]


def test_a_plateau_takes_the_older_name_of_its_delta():
    with pytest.warns(UserWarning, match="`epsilon` argument is deprecated"):
        callback = keras.callbacks.ReduceLROnPlateau(epsilon=1e-13)
    assert callback.min_delta == 1e-13
    assert not hasattr(callback, "epsilon")


@pytest.mark.parametrize(
    "callback",
    [
        keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=10.0),
        keras.callbacks.LearningRateScheduler(lambda epoch: 0.5**epoch),
    ],
    ids=["plateau", "schedule"],
)
def test_the_history_holds_the_rate_as_lr(callback):
    model = line()
    model.compile(optimizers.SGD(lr=1.0), "mse")
    history = model.fit(X, Y, epochs=3, verbose=0, callbacks=[callback]).history
    assert set(history) == {"loss", "lr"}
    assert history["lr"] == sorted(history["lr"], reverse=True)
