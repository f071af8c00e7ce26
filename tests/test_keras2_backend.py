"""Keras 2's ``K.*`` with layers and a backend: functions, gradients, phases, training."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import backend as K

RNG = np.random.default_rng(5)
X = RNG.normal(size=(3, 4)).astype("float32")


@pytest.fixture(autouse=True)
def fresh_session():
    K.clear_session()
    yield
    K.clear_session()


def test_the_backend_in_use():
    assert K.backend() == cornu.get_backend()


def test_function_of_a_layer():
    x = cornu.Input((4,))
    hidden = cornu.layers.Dense(3, activation="relu")
    outputs = cornu.layers.Dense(2)(cornu.layers.Dropout(0.5, seed=1)(hidden(x)))
    look = K.function([x, K.learning_phase()], [hidden.output, outputs])
    inner, quiet = look([X, 0])
    kernel, bias = hidden.get_weights()
    np.testing.assert_allclose(inner, np.maximum(X @ kernel + bias, 0), rtol=1e-5, atol=1e-6)
    assert not np.allclose(quiet, look([X, 1])[1])
    np.testing.assert_array_equal(quiet, look([X, 0])[1])
    # a function reads weights as they are when it is called
    hidden.set_weights([kernel * 0, bias + 1])
    np.testing.assert_array_equal(look([X, 0])[0], np.ones((3, 3)))
    single = K.function([x], hidden.output)
    assert single([X[:1]]).shape == (1, 3)
    with pytest.raises(ValueError, match="takes 2 inputs, got 1"):
        look([X])
    with pytest.raises(TypeError, match="symbolic"):
        K.function([X], [outputs])


def test_function_with_updates():
    x, total = K.placeholder((None, 2)), K.zeros((2,))
    step = K.function([x], [K.sum(x)], updates=[(total, total + K.sum(x, axis=0))])
    step([np.ones((3, 2))]), step([np.ones((1, 2))])
    assert K.get_value(total).tolist() == [4, 4]


def test_gradients_of_symbolic_tensors():
    x = cornu.Input((4,))
    layer = cornu.layers.Dense(3, activation="tanh")
    hidden = layer(x)
    loss = K.sum(K.square(hidden))
    slopes = K.function([x], K.gradients(loss, [x, layer.kernel, hidden]))
    to_x, to_kernel, to_hidden = slopes([X])
    kernel = layer.get_weights()[0]
    y = np.tanh(X @ kernel)
    back = 2 * y * (1 - y**2)
    np.testing.assert_allclose(to_x, back @ kernel.T, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(to_kernel, X.T @ back, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(to_hidden, 2 * y, rtol=1e-5, atol=1e-6)
    with pytest.raises(TypeError, match=r"cornu\.grad"):
        K.gradients(X, [X])


def test_learning_phase():
    assert K.learning_phase() == 0
    assert K.in_train_phase(lambda: "a", lambda: "b") == "b"
    K.set_learning_phase(1)
    assert K.learning_phase() == 1
    assert K.in_train_phase("a", "b") == "a"
    assert K.in_test_phase("a", "b") == "b"
    seen = []
    layer = cornu.layers.Lambda(lambda x: [seen.append(int(K.learning_phase())), x][1])
    model = cornu.Sequential([layer])
    model(X, training=False), model(X, training=True)
    assert seen[-2:] == [0, 1]
    with pytest.raises(ValueError, match="0 or 1"):
        K.set_learning_phase(2)


def test_activation_and_loss_written_with_k():
    def swish(x):
        return x * K.sigmoid(x)

    def loss(y_true, y_pred):
        return K.mean(K.square(y_pred - y_true), axis=-1)

    model = cornu.Sequential(
        [cornu.Input((4,)), cornu.layers.Dense(3, activation=swish), cornu.layers.Dense(1)]
    )
    model.compile("sgd", loss)
    first = model.evaluate(X, X[:, :1], verbose=0)
    model.fit(X, X[:, :1], epochs=20, verbose=0)
    assert model.evaluate(X, X[:, :1], verbose=0) < first


def test_updates_by_an_optimizer():
    x, y = K.placeholder((None, 4)), K.placeholder((None, 1))
    layer = cornu.layers.Dense(1)
    loss = K.mean(K.square(layer(x) - y))
    updates = cornu.optimizers.SGD(0.1).get_updates(loss=loss, params=layer.trainable_weights)
    step = K.function([x, y], [loss], updates=updates)
    kernel, target = layer.get_weights()[0], X[:, :1] + 1
    error = X @ kernel - target
    np.testing.assert_allclose(step([X, target])[0], np.mean(error**2), rtol=1e-5)
    slope = 2 * X.T @ error / len(X)
    np.testing.assert_allclose(layer.get_weights()[0], kernel - 0.1 * slope, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("start", [0.0, [1.0, 2.0]])
def test_an_update_that_was_computed_already_is_refused(start):
    v, x = K.variable(start), K.placeholder((None, 4))
    with pytest.raises(ValueError, match="would be the same at each call"):
        K.function([x], [K.sum(x)], updates=[(v, v + 1)])
    count = K.function([x], [K.sum(x)], updates=[(v, cornu.layers.Lambda(lambda _: v + 1)(x))])
    for _ in range(3):
        count([X])
    np.testing.assert_array_equal(v.numpy(), np.array(start) + 3)
    K.function([x], [K.sum(x)], updates=[(v, start)])([X])
    np.testing.assert_array_equal(v.numpy(), start)


def test_an_open_size_is_no_number():
    x = cornu.Input((3, 4))
    with pytest.raises(TypeError, match=r"cast\(\) takes numbers.*open"):
        K.prod(K.cast(K.shape(x), "float32"))
    counted = cornu.layers.Lambda(lambda h: h * 0 + K.prod(K.cast(K.shape(h), "float32")))(x)
    assert cornu.Model(x, counted).predict(np.ones((2, 3, 4)), verbose=0).max() == 24
