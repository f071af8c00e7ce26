"""A compiled model inside another: the outer one reports its own loss and metrics alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cornu
from cornu.layers import Dense, Flatten, TimeDistributed

RNG = np.random.default_rng(3)
X = RNG.normal(size=(12, 4)).astype("float32")
Y = (RNG.random(size=(12, 1)) < 0.5).astype("float32")


def compiled(model: Any) -> Any:
    model.compile("sgd", "mse", metrics=["accuracy", "mae"])
    return model


def base() -> Any:
    return compiled(cornu.Sequential([cornu.Input((4,)), Dense(3, activation="tanh")], name="base"))


def fitted(tmp_path: Any = None) -> Any:
    model = base()
    model.fit(X, np.zeros((12, 3)), epochs=1, verbose=0)
    return model


def loaded(tmp_path: Any) -> Any:
    fitted().save(tmp_path / "base.keras")
    return cornu.models.load_model(tmp_path / "base.keras")


def functional(inner: Any) -> Any:
    x = cornu.Input((4,))
    return cornu.Model(x, Dense(1, activation="sigmoid")(inner(x)))


def sequential(inner: Any) -> Any:
    return cornu.Sequential([inner, Dense(1, activation="sigmoid")])


def subclass(inner: Any) -> Any:
    class Outer(cornu.Model):
        def __init__(self) -> None:
            super().__init__()
            self.inner = inner
            self.last = Dense(1, activation="sigmoid")

        def call(self, x: Any) -> Any:
            return self.last(self.inner(x))

    return Outer()


def listed(inner: Any) -> Any:
    model = subclass(inner)
    model.all = {"parts": [inner, model.last]}
    return model


def in_a_layer(inner: Any) -> Any:
    class Block(cornu.layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.inner = inner

        def call(self, x: Any) -> Any:
            return self.inner(x)

    return sequential(Block())


def twice_nested(inner: Any) -> Any:
    return functional(compiled(cornu.Sequential([inner])))


OUTER = [functional, sequential, subclass, listed, in_a_layer, twice_nested]


def expected(model: Any) -> dict[str, float]:
    p = np.asarray(model(X), "float64")
    ce = -np.mean(Y * np.log(p) + (1 - Y) * np.log(1 - p))
    return {"loss": ce, "accuracy": float(np.mean((p > 0.5) == Y))}


@pytest.mark.parametrize("inner", [base, fitted, loaded], ids=lambda f: f.__name__)
@pytest.mark.parametrize("outer", OUTER, ids=lambda f: f.__name__)
def test_the_outer_model_alone_reports(outer: Any, inner: Any, tmp_path: Any) -> None:
    part = inner(tmp_path) if inner is loaded else inner()
    before = dict(part.get_metrics_result())
    model = outer(part)
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    model(X)
    right = expected(model)
    assert model.evaluate(X, Y, verbose=0, return_dict=True) == pytest.approx(right, rel=1e-5)
    assert model.test_on_batch(X, Y, return_dict=True) == pytest.approx(right, rel=1e-5)
    assert model.train_on_batch(X, Y, return_dict=True) == pytest.approx(right, rel=1e-5)
    right = expected(model)
    history = model.fit(X, Y, batch_size=12, verbose=0).history
    assert {name: values[0] for name, values in history.items()} == pytest.approx(right, rel=1e-5)
    assert model.metrics_names == ["loss", "accuracy"]
    # What the inner model counted is still there.
    assert part.get_metrics_result() == before


def test_early_stopping_watches_the_outer_loss() -> None:
    model = functional(base())
    model.compile("sgd", "binary_crossentropy")
    stop = cornu.callbacks.EarlyStopping("loss", patience=1)
    assert len(model.fit(X, Y, epochs=5, callbacks=[stop], verbose=0).epoch) == 5


def test_a_gan_trains_on_batches() -> None:
    def critic() -> Any:
        return cornu.Sequential([cornu.Input((4,)), Dense(1, activation="sigmoid")], name="critic")

    discriminator = critic()
    discriminator.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    generator = cornu.Sequential([cornu.Input((2,)), Dense(4)], name="generator")
    discriminator.trainable = False
    z = cornu.Input((2,))
    gan = cornu.Model(z, discriminator(generator(z)))
    gan.compile("sgd", "binary_crossentropy")
    kept = discriminator.get_weights()
    noise = RNG.normal(size=(12, 2)).astype("float32")
    wanted = -np.mean(np.log(np.asarray(gan(noise), "float64")))
    loss = gan.train_on_batch(noise, np.ones((12, 1)))
    assert isinstance(loss, float)
    assert loss == pytest.approx(wanted, rel=1e-5)
    for before, after in zip(kept, discriminator.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_an_autoencoder_of_compiled_halves() -> None:
    encoder = compiled(cornu.Sequential([cornu.Input((4,)), Dense(2)], name="encoder"))
    decoder = compiled(cornu.Sequential([cornu.Input((2,)), Dense(4)], name="decoder"))
    x = cornu.Input((4,))
    model = cornu.Model(x, decoder(encoder(x)))
    model.compile("sgd", "mse")
    wanted = np.mean((np.asarray(model(X), "float64") - X) ** 2)
    assert model.evaluate(X, X, verbose=0) == pytest.approx(wanted, rel=1e-5)


def test_a_compiled_model_over_time() -> None:
    x = cornu.Input((5, 4))
    model = cornu.Model(x, Dense(1)(Flatten()(TimeDistributed(fitted())(x))))
    model.compile("sgd", "mse", metrics=["mae"])
    data = RNG.normal(size=(6, 5, 4)).astype("float32")
    error = np.asarray(model(data), "float64") - Y[:6]
    wanted = {"loss": np.mean(error**2), "mae": np.mean(np.abs(error))}
    assert model.evaluate(data, Y[:6], verbose=0, return_dict=True) == pytest.approx(wanted, 1e-5)


def test_trackers_of_an_inner_model_stay_its_own() -> None:
    """A model with a `train_step` of its own keeps its loss in a metric; the outer has another."""

    class Inner(cornu.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = Dense(1)
            self.tracker = cornu.metrics.Mean(name="loss")

        def call(self, x: Any) -> Any:
            return self.dense(x)

    model = cornu.Sequential([Inner()])
    model.compile("sgd", "mse")
    wanted = np.mean((np.asarray(model(X), "float64") - Y) ** 2)
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(wanted, rel=1e-5)


def test_metrics_of_layers_inside_are_shown() -> None:
    class Watched(cornu.layers.Layer):
        def call(self, x: Any) -> Any:
            self.add_metric(cornu.ops.mean(x), name="level")
            return x

    x = cornu.Input((4,))
    inner = compiled(cornu.Model(x, Watched()(x)))
    model = cornu.Sequential([cornu.Input((4,)), inner, Dense(1)])
    model.compile("sgd", "mse")
    found = model.evaluate(X, Y, verbose=0, return_dict=True)
    assert found["level"] == pytest.approx(X.astype("float64").mean(), rel=1e-4)
    assert set(found) == {"loss", "level"}


def test_metrics_added_to_an_inner_model_are_shown() -> None:
    x = cornu.Input((4,))
    inner = cornu.Model(x, Dense(3)(x))
    inner.add_metric(cornu.ops.mean(x), name="level")
    compiled(inner)
    model = cornu.Sequential([cornu.Input((4,)), inner, Dense(1)])
    model.compile("sgd", "mse")
    found = model.evaluate(X, Y, verbose=0, return_dict=True)
    assert found["level"] == pytest.approx(X.astype("float64").mean(), rel=1e-4)
    assert set(found) == {"loss", "level"}
