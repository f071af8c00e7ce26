"""A step that one model takes over from another of its make: the same bits as its own."""

from __future__ import annotations

import numpy as np
import pytest

import cornu
from cornu import Input, Model, Sequential, layers, losses, metrics, optimizers
from cornu.base.naming import fresh_names
from cornu.training import step, twins
from cornu_engine import reuse
from cornu_engine.settings import limits

RNG = np.random.default_rng(0)
TABLE = RNG.standard_normal((13, 6)).astype("float32")
IMAGES = RNG.standard_normal((13, 8, 8, 2)).astype("float32")
WORDS = RNG.integers(0, 20, (13, 5))
BINARY = RNG.integers(0, 2, (13, 1)).astype("float32")
CLASSES = RNG.integers(0, 3, 13)
WEIGHTS = RNG.random(13).astype("float32")


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch):
    monkeypatch.setattr(reuse, "_kept", type(reuse._kept)())
    monkeypatch.setattr(twins, "_steps", type(twins._steps)())
    for name, usual in {"reused": 64, "reused_constants": 1 << 20, "shared": False}.items():
        monkeypatch.setattr(limits, name, usual)


@pytest.fixture
def traced(monkeypatch):
    """The modes of the steps that were traced, in order."""
    modes = []

    def note(model, mode, data):
        modes.append(mode)
        return outputs_of(model, mode, data)

    outputs_of = step._outputs_of
    monkeypatch.setattr(step, "_outputs_of", note)
    return modes


def table(*hidden, units=1, activation="sigmoid"):
    return Sequential([Input((6,)), *hidden, layers.Dense(units, activation=activation)])


def two_outputs():
    x = Input((6,), name="x")
    h = layers.Dense(4, activation="tanh", name="h")(x)
    return Model(x, {"a": layers.Dense(1, name="a")(h), "b": layers.Dense(3, name="b")(h)})


def compiled(model, loss="binary_crossentropy", optimizer="adam", **more):
    model.compile(optimizer, loss, **more)
    return model


MAKES = {
    "dense": lambda: (compiled(table(layers.Dense(5, activation="relu"))), TABLE, BINARY),
    "noise": lambda: (
        compiled(table(layers.Dense(5), layers.Dropout(0.5), layers.GaussianNoise(0.1))),
        TABLE,
        BINARY,
    ),
    "normalised": lambda: (
        compiled(
            table(layers.BatchNormalization(), layers.Dense(4, kernel_regularizer="l2")),
            metrics=["accuracy", metrics.AUC()],
            optimizer=optimizers.SGD(0.1, momentum=0.9, nesterov=True, clipnorm=1.0),
        ),
        TABLE,
        BINARY,
    ),
    "images": lambda: (
        compiled(
            Sequential(
                [
                    Input((8, 8, 2)),
                    layers.Conv2D(3, 3, activation="relu"),
                    layers.MaxPooling2D(),
                    layers.Flatten(),
                    layers.Dense(3, activation="softmax"),
                ]
            ),
            "sparse_categorical_crossentropy",
            optimizers.RMSprop(optimizers.schedules.ExponentialDecay(0.01, 2, 0.9)),
            metrics=["accuracy"],
        ),
        IMAGES,
        CLASSES,
    ),
    "text": lambda: (
        compiled(
            Sequential(
                [
                    Input((5,), dtype="int32"),
                    layers.Embedding(20, 4, mask_zero=True),
                    layers.GlobalAveragePooling1D(),
                    layers.Dense(1, activation="sigmoid"),
                ]
            ),
            losses.BinaryCrossentropy(label_smoothing=0.1),
            optimizers.AdamW(0.01, use_ema=True, gradient_accumulation_steps=2),
        ),
        WORDS,
        BINARY,
    ),
    "two outputs": lambda: (
        compiled(
            two_outputs(),
            {"a": "mse", "b": losses.SparseCategoricalCrossentropy(from_logits=True)},
            loss_weights={"a": 0.5, "b": 2.0},
            metrics={"a": "mae"},
            weighted_metrics={"b": ["accuracy"]},
        ),
        TABLE,
        {"a": BINARY, "b": CLASSES},
    ),
    "half": lambda: (
        compiled(table(layers.Dense(4, dtype="mixed_float16")), optimizer="adam"),
        TABLE,
        BINARY,
    ),
}


def trained(make, seed, *, shared, **arguments):
    cornu.set_seed(seed)
    with fresh_names():
        model, x, y = MAKES[make]() if isinstance(make, str) else make()
        fit = {"epochs": 2, "batch_size": 4, "verbose": 0, "sample_weight": WEIGHTS, **arguments}
        if shared:
            with reuse.reuse():
                history = model.fit(x, y, **fit).history
                answer = model.predict(x, verbose=0)
                tried = model.evaluate(x, y, verbose=0, return_dict=True)
        else:
            history = model.fit(x, y, **fit).history
            answer = model.predict(x, verbose=0)
            tried = model.evaluate(x, y, verbose=0, return_dict=True)
    return history, answer, tried, model.get_weights()


@pytest.mark.parametrize("make", MAKES)
def test_the_second_of_a_make_is_not_traced_and_has_its_own_bits(make, traced):
    alone = trained(make, 2, shared=False)
    trained(make, 1, shared=True)
    traced.clear()
    second = trained(make, 2, shared=True)
    assert traced == []
    for own, taken in zip(cornu.tree.flatten(alone), cornu.tree.flatten(second), strict=True):
        np.testing.assert_array_equal(own, taken)


def dense(**changed):
    arguments = {"units": 5, "activation": "relu", **changed}
    return compiled(table(layers.Dense(**arguments))), TABLE, BINARY


def frozen():
    model, x, y = dense()
    model.layers[0].trainable = False
    return compiled(model), x, y


def with_optimizer(optimizer):
    return compiled(dense()[0], optimizer=optimizer), TABLE, BINARY


DIFFERENT = {
    "activation": lambda: dense(activation="tanh"),
    "regularizer": lambda: dense(kernel_regularizer="l2"),
    "trainable": frozen,
    "loss": lambda: (compiled(dense()[0], "mse"), TABLE, BINARY),
    "optimizer": lambda: with_optimizer(optimizers.Adam(beta_1=0.8)),
    "metrics": lambda: (compiled(dense()[0], metrics=["accuracy"]), TABLE, BINARY),
}


@pytest.mark.parametrize("other", DIFFERENT)
def test_a_model_of_another_make_is_traced(other, traced):
    trained(dense, 1, shared=True)
    traced.clear()
    alone = trained(DIFFERENT[other], 2, shared=False)
    traced.clear()
    second = trained(DIFFERENT[other], 2, shared=True)
    assert "train" in traced
    for own, taken in zip(cornu.tree.flatten(alone), cornu.tree.flatten(second), strict=True):
        np.testing.assert_array_equal(own, taken)


def test_a_rate_of_learning_is_no_part_of_the_make(traced):
    trained(lambda: with_optimizer(optimizers.Adam(0.1)), 1, shared=True)
    traced.clear()

    def slow():
        return with_optimizer(optimizers.Adam(0.001))

    second = trained(slow, 2, shared=True)
    assert traced == []
    np.testing.assert_array_equal(second[1], trained(slow, 2, shared=False)[1])


SCALE = 1.0


class Scaled(layers.Dense):
    def call(self, inputs, training=None):
        return super().call(inputs) * SCALE


def test_nothing_is_known_of_a_layer_of_a_script(traced, monkeypatch):
    """It may read what is no part of it."""

    def make():
        return compiled(table(Scaled(5))), TABLE, BINARY

    trained(make, 1, shared=True)
    traced.clear()
    monkeypatch.setattr(f"{__name__}.SCALE", 3.0)
    second = trained(make, 2, shared=True)
    assert "train" in traced
    np.testing.assert_array_equal(second[1], trained(make, 2, shared=False)[1])


def test_a_method_that_a_script_replaced_counts(traced, monkeypatch):
    trained(dense, 1, shared=True)
    traced.clear()
    call = layers.Dense.call
    monkeypatch.setattr(layers.Dense, "call", lambda self, x, **more: call(self, x, **more) * 2)
    second = trained(dense, 2, shared=True)
    assert "train" in traced
    np.testing.assert_array_equal(second[1], trained(dense, 2, shared=False)[1])


def test_an_object_with_a_method_of_its_own_is_traced(traced):
    def make():
        model, x, y = dense()
        layer = model.layers[0]
        call = layer.call
        layer.call = lambda x, **more: call(x, **more) * 2
        return model, x, y

    trained(dense, 1, shared=True)
    traced.clear()
    second = trained(make, 2, shared=True)
    assert "train" in traced
    np.testing.assert_array_equal(second[1], trained(make, 2, shared=False)[1])


def test_searches_find_the_same_and_trace_each_make_once(traced):
    from sklearn.model_selection import GridSearchCV

    from cornu_sklearn import KerasClassifier

    def network(units):
        return table(layers.Dense(units, activation="relu"))

    search = GridSearchCV(
        KerasClassifier(network, loss="binary_crossentropy", optimizer="adam", batch_size=4),
        {"model__units": [2, 3], "optimizer__learning_rate": [0.1, 0.01], "random_state": [0]},
        cv=2,
        refit=False,
    )
    x, y = TABLE[:12], np.arange(12) % 2
    search.fit(x, y)
    assert traced.count("train") == 2 * 2  # two networks, batches of 4 and of 2
    shared = search.cv_results_["mean_test_score"]
    apart = []
    for params in search.cv_results_["params"]:
        twins._steps.clear(), reuse._kept.clear()
        one = GridSearchCV(search.estimator, {k: [v] for k, v in params.items()}, cv=2, refit=False)
        apart.append(one.fit(x, y).cv_results_["mean_test_score"][0])
    np.testing.assert_array_equal(shared, apart)
